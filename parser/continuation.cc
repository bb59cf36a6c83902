// Tokens for editors, and what may follow a beginning.
//
// The latter walks over ANTLR's network of the grammar with the tokens that are there, along all
// ways at once, and collects what the ways ask for where the text ends. A rule started at a token
// always ends at the same tokens, whoever calls it: that is worked out once (`ends_`), which keeps
// the walk polynomial.
#include <antlr4-runtime.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>

#include "PartonLexer.h"
#include "PartonParser.h"
#include "parser/scanner.h"
#include "parton/language.h"
#include "parton/text.h"
#include "types/text/unicode.h"

namespace parton {

namespace {

using antlr4::atn::ATNState;
using antlr4::atn::RuleTransition;
using antlr4::atn::Transition;
using Grammar = grammar::PartonParser;
using Words = grammar::PartonLexer;

constexpr size_t kMostTokens = 600;  // of the statement that is completed

std::string Spelling(size_t type) {
  switch (type) {
    case Words::NULL_: return "NULL";
    case Words::TRUE_: return "TRUE";
    case Words::FALSE_: return "FALSE";
    case Words::CHAR_: return "CHAR";
    default: break;
  }
  if (type < Words::ADD || type > Words::ZONE) return "";
  static antlr4::ANTLRInputStream none("");
  static Words lexer(&none);
  return lexer.getVocabulary().getSymbolicName(type);
}

const std::set<std::string>& Keywords() {
  static const auto* all = [] {
    auto* words = new std::set<std::string>;
    for (size_t type = Words::ADD; type <= Words::ZONE; ++type) words->insert(Spelling(type));
    return words;
  }();
  return *all;
}

Token::Kind KindOf(const RawToken& t, std::string_view text) {
  using Raw = RawToken::Kind;
  switch (t.kind) {
    case Raw::kWord: return Keywords().contains(AsciiUpper(text)) ? Token::Kind::kKeyword : Token::Kind::kName;
    case Raw::kQuotedName: return Token::Kind::kQuotedName;
    case Raw::kString:
    case Raw::kBinary: return Token::Kind::kString;
    case Raw::kInteger:
    case Raw::kDecimal:
    case Raw::kFloat: return Token::Kind::kNumber;
    case Raw::kIon: return Token::Kind::kIon;
    case Raw::kComment: return Token::Kind::kComment;
    case Raw::kSymbol: return Token::Kind::kSymbol;
    default: return Token::Kind::kOther;
  }
}

// The comments of a stretch that holds nothing else but blanks.
void AddComments(std::string_view text, size_t begin, size_t end, std::vector<Token>* out) {
  for (size_t i = begin; i < end;) {
    const std::string_view two = text.substr(i, 2);
    size_t stop = i + 1;
    if (two == "--" || two == "//") {
      stop = std::min(text.find_first_of("\r\n", i), end);
    } else if (two == "/*") {
      stop = std::min(text.find("*/", i + 2), end - 2) + 2;
    } else {
      ++i;
      continue;
    }
    out->push_back({Token::Kind::kComment, i, stop});
    i = stop;
  }
}

class Walk {
 public:
  explicit Walk(std::vector<size_t> tokens) : tokens_(std::move(tokens)), atn_(Network()) {}

  Continuation Run() {
    Ends(Grammar::RuleStatement, 0);
    std::set<std::string> words(keywords_.begin(), keywords_.end());
    found_.keywords.assign(words.begin(), words.end());
    return found_;
  }

 private:
  static const antlr4::atn::ATN& Network() {
    static antlr4::ANTLRInputStream none("");
    static Words lexer(&none);
    static antlr4::CommonTokenStream tokens(&lexer);
    static Grammar parser(&tokens);
    return parser.getATN();
  }

  // What starts with SHOW or EXPLAIN is taken for that statement, not for a variable of that name.
  static bool IsNameRule(size_t rule) { return rule == Grammar::RuleCallable || rule == Grammar::RuleVariableWord; }
  bool BeginsWithKeyword() const { return !tokens_.empty() && tokens_[0] >= Words::ADD && tokens_[0] <= Words::ZONE; }

  // True: `rule` at the end of the text is a kind of name; its words are not listed one by one.
  bool TakeName(size_t rule, size_t caller) {
    switch (rule) {
      case Grammar::RuleTableName: found_.table = true; return true;
      case Grammar::RuleFromPrimary: found_.source = true; return true;
      case Grammar::RuleIdentifier:
        if (caller == Grammar::RuleSetOption || caller == Grammar::RuleShow) {
          found_.setting = true;
        }
        if (caller == Grammar::RuleShow) {
          // Words that are no keywords anywhere else.
          for (const char* word :
               {"TABLES", "TRIGGERS", "PARKED", "CONSUMERS", "METRICS", "CACHES", "LIMITS", "VERSION"}) {
            keywords_.emplace_back(word);
          }
        }
        if (caller == Grammar::RuleUpdatePath || caller == Grammar::RuleAdditionPath ||
            caller == Grammar::RuleExcludePath) {
          found_.name = true;
        }
        return true;
      case Grammar::RuleCallable: found_.name = found_.function = true; return true;
      case Grammar::RuleMemberName: found_.name = true; return true;
      case Grammar::RuleAlias:
      case Grammar::RuleWord:
      case Grammar::RuleVariableWord:
      case Grammar::RuleReserved: return true;
      default: return false;
    }
  }

  const std::set<size_t>& Ends(size_t rule, size_t from) {
    const auto known = ends_.find({rule, from});
    if (known != ends_.end()) return known->second;
    std::set<size_t>& ends = ends_[{rule, from}];
    std::set<std::pair<size_t, size_t>> seen;
    std::vector<std::pair<ATNState*, size_t>> open = {{atn_.ruleToStartState[rule], from}};
    while (!open.empty()) {
      const auto [state, at] = open.back();
      open.pop_back();
      if (!seen.insert({state->stateNumber, at}).second) continue;
      if (state->getStateType() == ATNState::RULE_STOP) {
        ends.insert(at);
        continue;
      }
      for (const auto& transition : state->transitions) Follow(*transition, rule, at, &open);
    }
    return ends;
  }

  template <typename Open>
  void Follow(const Transition& t, size_t rule, size_t at, Open* open) {
    if (t.getSerializationType() == Transition::RULE) {
      const auto& call = static_cast<const RuleTransition&>(t);
      const size_t called = call.target->ruleIndex;
      if (at == 0 && IsNameRule(called) && BeginsWithKeyword()) return;
      if (at == tokens_.size() && TakeName(called, rule)) return;
      const std::set<size_t> ends = Ends(called, at);
      for (const size_t end : ends) open->emplace_back(call.followState, end);
    } else if (t.isEpsilon()) {
      open->emplace_back(t.target, at);
    } else if (at == tokens_.size()) {
      TakeKeywords(t);
    } else if (t.matches(tokens_[at], 1, Words::UNRECOGNIZED)) {
      open->emplace_back(t.target, at + 1);
    }
  }

  void TakeKeywords(const Transition& t) {
    const antlr4::misc::IntervalSet set = t.label();
    for (size_t type = Words::ADD; type <= Words::ZONE; ++type) {
      if (set.contains(type)) keywords_.push_back(Spelling(type) + Tail(t.target));
    }
  }

  // The keywords that must follow: " BY" for ORDER, " INTO" for INSERT.
  static std::string Tail(ATNState* state) {
    std::string out;
    while (state->getStateType() != ATNState::RULE_STOP && state->transitions.size() == 1) {
      const Transition& t = *state->transitions[0];
      if (t.getSerializationType() == Transition::RULE) break;
      if (!t.isEpsilon()) {
        const antlr4::misc::IntervalSet set = t.label();
        const std::string word = set.size() == 1 ? Spelling(set.getMinElement()) : "";
        if (word.empty()) break;
        out += " " + word;
      }
      state = t.target;
    }
    return out;
  }

  std::vector<size_t> tokens_;
  const antlr4::atn::ATN& atn_;
  std::map<std::pair<size_t, size_t>, std::set<size_t>> ends_;
  std::vector<std::string> keywords_;
  Continuation found_;
};

}  // namespace

std::vector<Token> Tokenize(std::string_view text) {
  std::vector<Token> out;
  RawScanner scanner(text);
  size_t end = 0;
  for (RawToken t = scanner.Next(); t.kind != RawToken::Kind::kEnd; t = scanner.Next()) {
    AddComments(text, end, t.begin, &out);
    out.push_back({KindOf(t, scanner.Text(t)), t.begin, t.end, t.closed});
    end = t.end;
  }
  AddComments(text, end, text.size(), &out);
  return out;
}

Continuation WhatMayFollow(std::string_view text) {
  // What is typed or pasted need not be UTF-8, and the lexer throws then.
  antlr4::ANTLRInputStream input{ToValidUtf8(text)};
  Words lexer(&input);
  lexer.removeErrorListeners();
  std::vector<size_t> types;
  for (const auto& token : lexer.getAllTokens()) {
    types.push_back(token->getType());
    if (types.size() > kMostTokens) return {};
  }
  return Walk(std::move(types)).Run();
}

}  // namespace parton
