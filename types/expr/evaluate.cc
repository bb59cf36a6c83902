// The evaluator's dispatch, its logic operators, and constructors.
#include "types/expr/evaluate.h"

#include <array>
#include <utility>

#include "types/expr/evaluate_internal.h"
#include "types/functions/functions.h"
#include "types/status/bounds.h"

namespace parton {
namespace {

using eval::Tri;

template <typename T, size_t i = 0>
constexpr size_t IndexOf() {
  if constexpr (std::is_same_v<T, std::variant_alternative_t<i, decltype(Expr::node)>>) {
    return i;
  } else {
    return IndexOf<T, i + 1>();
  }
}

template <typename T>
const T& Node(const Expr& e) {
  return *std::get_if<T>(&e.node);
}

// A value as an operand of AND, OR, NOT. MISSING counts as NULL; what is no truth value is kMissing.
Tri Truth(const Value& v, EvalContext& ctx, const Expr& where) {
  if (v.is_bool()) return eval::ToTri(v.bool_value());
  if (ctx.logic == Logic::kDynamo) return Tri::kFalse;
  if (v.is_absent()) return Tri::kNull;
  (void)ctx.Mismatch("a truth value was expected", &where);
  return Tri::kMissing;
}

Tri EvaluateTri(const Expr& e, EvalContext& ctx);

// `stop` is FALSE for AND, TRUE for OR: the value that decides at once.
Tri Junction(const std::vector<ExprPtr>& terms, Tri stop, EvalContext& ctx) {
  CheckStack();
  Tri result = eval::Negate(stop);
  for (const ExprPtr& term : terms) {
    const Tri t = EvaluateTri(*term, ctx);
    if (t == stop || t == Tri::kMissing) return t;
    if (t == Tri::kNull) result = Tri::kNull;
  }
  return result;
}

Tri CompareNode(const Expr& e, const Expr::Compare& c, EvalContext& ctx) {
  Value left, right;
  const Value& a = Evaluate(*c.left, ctx, &left);
  const Value& b = Evaluate(*c.right, ctx, &right);
  // A size that is not defined compares as FALSE in any way, unlike a missing attribute.
  if (ctx.logic == Logic::kDynamo && ((a.is_missing() && c.left->As<Expr::Call>() != nullptr) ||
                                      (b.is_missing() && c.right->As<Expr::Call>() != nullptr))) {
    return Tri::kFalse;
  }
  if (c.rows && ctx.logic == Logic::kPartiql) return eval::CompareRows(c.op, a, b, ctx, &e);
  return eval::Compare(c.op, a, b, ctx, &e);
}

// The truth of `e` without making a Value where e is a predicate. As an operand of AND, OR and NOT.
Tri EvaluateTri(const Expr& e, EvalContext& ctx) {
  Tri t;
  switch (e.node.index()) {
    case IndexOf<Expr::Compare>(): t = CompareNode(e, Node<Expr::Compare>(e), ctx); break;
    case IndexOf<Expr::And>(): return Junction(Node<Expr::And>(e).terms, Tri::kFalse, ctx);
    case IndexOf<Expr::Or>(): return Junction(Node<Expr::Or>(e).terms, Tri::kTrue, ctx);
    case IndexOf<Expr::Not>(): return eval::Negate(EvaluateTri(*Node<Expr::Not>(e).operand, ctx));
    case IndexOf<Expr::Is>(): t = eval::Is(e, Node<Expr::Is>(e), ctx); break;
    case IndexOf<Expr::In>(): t = eval::In(e, Node<Expr::In>(e), ctx); break;
    case IndexOf<Expr::Between>(): t = eval::Between(e, Node<Expr::Between>(e), ctx); break;
    case IndexOf<Expr::Like>(): t = eval::Like(e, Node<Expr::Like>(e), ctx); break;
    default: {
      Value scratch;
      return Truth(Evaluate(e, ctx, &scratch), ctx, e);
    }
  }
  // A predicate's MISSING, whose error is recorded already, is NULL to the operators around it.
  return t == Tri::kMissing ? Tri::kNull : t;
}

const Value& EvaluateCase(const Expr::Case& c, EvalContext& ctx, Value* scratch) {
  Value subject_scratch;
  const Value* subject = c.operand == nullptr ? nullptr : &Evaluate(*c.operand, ctx, &subject_scratch);
  for (const auto& [when, then] : c.branches) {
    bool taken;
    if (subject == nullptr) {
      taken = EvaluatePredicate(*when, ctx);
    } else {
      Value other;
      taken = eval::Compare(CompareOp::kEq, *subject, Evaluate(*when, ctx, &other), ctx, nullptr) == Tri::kTrue;
    }
    if (taken) return Evaluate(*then, ctx, scratch);
  }
  if (c.otherwise != nullptr) return Evaluate(*c.otherwise, ctx, scratch);
  return *scratch = Value::Null();
}

const Value& EvaluateParameter(int index, EvalContext& ctx, Value* scratch) {
  if (ctx.parameters == nullptr || index < 0 || static_cast<size_t>(index) >= ctx.parameters->size()) {
    return *scratch = ctx.Fail(Status::Validation("no value is bound to parameter " + std::to_string(index + 1)));
  }
  return (*ctx.parameters)[static_cast<size_t>(index)];
}

Value MakeCollection(const Expr::MakeCollection& make, EvalContext& ctx) {
  std::vector<Value> elements;
  if (make.elements.size() > 4096) CheckRoomFor(make.elements.size() * sizeof(Value));
  elements.reserve(make.elements.size());
  for (const ExprPtr& element : make.elements) elements.push_back(EvaluateValue(*element, ctx));
  return Value::Collection(make.type, std::move(elements));
}

Value EvaluateCast(const Expr& e, const Expr::Cast& cast, EvalContext& ctx) {
  Value scratch;
  const Value& v = Evaluate(*cast.operand, ctx, &scratch);
  if (cast.test_only) {
    if (v.is_missing()) return v;
    EvalContext trial;
    trial.now_nanos = ctx.now_nanos;
    const Value cast_value = CastValue(v, cast.type, trial);
    return Value::Bool(!trial.failed() && !cast_value.is_missing());
  }
  const bool failed_before = ctx.failed();
  Value result = CastValue(v, cast.type, ctx);
  if (ctx.failed() && !failed_before) ctx.error = std::move(ctx.error).At(e.span);
  return result;
}

// All but literals, slots and paths: apart, so that those need no big stack frame.
[[gnu::noinline]] const Value& EvaluateOther(const Expr& e, EvalContext& ctx, Value* scratch) {
  CheckStack();
  switch (e.node.index()) {
    case IndexOf<Expr::Parameter>(): return EvaluateParameter(Node<Expr::Parameter>(e).index, ctx, scratch);
    case IndexOf<Expr::Compare>(): return *scratch = eval::FromTri(CompareNode(e, Node<Expr::Compare>(e), ctx));
    case IndexOf<Expr::And>():
    case IndexOf<Expr::Or>():
    case IndexOf<Expr::Not>(): return *scratch = eval::FromTri(EvaluateTri(e, ctx));
    case IndexOf<Expr::Is>(): return *scratch = eval::FromTri(eval::Is(e, Node<Expr::Is>(e), ctx));
    case IndexOf<Expr::In>(): return *scratch = eval::FromTri(eval::In(e, Node<Expr::In>(e), ctx));
    case IndexOf<Expr::Between>(): return *scratch = eval::FromTri(eval::Between(e, Node<Expr::Between>(e), ctx));
    case IndexOf<Expr::Like>(): return *scratch = eval::FromTri(eval::Like(e, Node<Expr::Like>(e), ctx));
    case IndexOf<Expr::Binary>(): {
      const auto& binary = Node<Expr::Binary>(e);
      Value left, right;
      const Value& a = Evaluate(*binary.left, ctx, &left);
      const Value& b = Evaluate(*binary.right, ctx, &right);
      return *scratch = eval::Arithmetic(binary.op, a, b, ctx, &e);
    }
    case IndexOf<Expr::Unary>(): {
      const auto& unary = Node<Expr::Unary>(e);
      Value operand;
      return *scratch = eval::Arithmetic(unary.op, Evaluate(*unary.operand, ctx, &operand), ctx, &e);
    }
    case IndexOf<Expr::Index>(): return eval::Index(e, Node<Expr::Index>(e), ctx, scratch);
    case IndexOf<Expr::Case>(): return EvaluateCase(Node<Expr::Case>(e), ctx, scratch);
    case IndexOf<Expr::Call>(): return *scratch = eval::Call(e, Node<Expr::Call>(e), ctx);
    case IndexOf<Expr::Cast>(): return *scratch = EvaluateCast(e, Node<Expr::Cast>(e), ctx);
    case IndexOf<Expr::MakeStruct>(): return *scratch = eval::MakeStruct(e, Node<Expr::MakeStruct>(e), ctx);
    case IndexOf<Expr::MakeCollection>(): return *scratch = MakeCollection(Node<Expr::MakeCollection>(e), ctx);
    case IndexOf<Expr::Subquery>():
      if (ctx.subqueries == nullptr) {
        return *scratch = ctx.Fail(Status::Validation("a subquery is not allowed here", e.span));
      }
      return *scratch = ctx.subqueries->Run(Node<Expr::Subquery>(e), ctx);
    case IndexOf<Expr::BadLiteral>(): return *scratch = ctx.Fail(Status(Node<Expr::BadLiteral>(e).error).At(e.span));
  }
  return *scratch = ctx.Fail(Status::Internal("an expression of an unknown kind"));
}

}  // namespace

Value EvalContext::Mismatch(const char* what, const Expr* where) {
  if (logic != Logic::kPartiql) return Value::Missing();
  if (typing == Typing::kStrict) return Absent(what, where);
  if (mismatches.count++ == 0) {
    mismatches.first = Status::TypeMismatch(what, where == nullptr ? TextSpan{} : where->span);
  }
  return Value::Missing();
}

Value EvalContext::Absent(const char* what, const Expr* where) {
  if (typing == Typing::kStrict && logic == Logic::kPartiql && error.ok()) {
    error = Status::TypeMismatch(what, where == nullptr ? TextSpan{} : where->span);
  }
  return Value::Missing();
}

Value EvalContext::Fail(Status status) {
  if (error.ok()) error = std::move(status);
  return Value::Missing();
}

const Value& Evaluate(const Expr& e, EvalContext& ctx, Value* scratch) {
  switch (e.node.index()) {
    case IndexOf<Expr::Literal>(): return Node<Expr::Literal>(e).value;
    case IndexOf<Expr::Slot>(): return (*ctx.frame)[static_cast<size_t>(Node<Expr::Slot>(e).index)];
    case IndexOf<Expr::Path>(): return eval::Path(e, Node<Expr::Path>(e), ctx, scratch);
    default: return EvaluateOther(e, ctx, scratch);
  }
}

Value EvaluateValue(const Expr& e, EvalContext& ctx) {
  Value scratch;
  const Value& v = Evaluate(e, ctx, &scratch);
  if (&v == &scratch) return scratch;
  return v;
}

bool EvaluatePredicate(const Expr& e, EvalContext& ctx) {
  // Without errors to look for, whatever is not TRUE ends a conjunction.
  if (const auto* conjunction = e.As<Expr::And>(); conjunction != nullptr && ctx.typing == Typing::kPermissive) {
    for (const ExprPtr& term : conjunction->terms) {
      if (!EvaluatePredicate(*term, ctx)) return false;
    }
    return true;
  }
  return EvaluateTri(e, ctx) == Tri::kTrue;
}

Value EvaluateConstant(const Expr& e, EvalContext& ctx) {
  Frame none;
  Frame* frame = std::exchange(ctx.frame, &none);
  Value v = EvaluateValue(e, ctx).Own();
  ctx.frame = frame;
  return v;
}

namespace eval {

Value MakeStruct(const Expr& e, const Expr::MakeStruct& make, EvalContext& ctx) {
  std::vector<Field> fields;
  fields.reserve(make.parts.size());
  for (const Expr::StructPart& part : make.parts) {
    Value scratch;
    const Value& v = Evaluate(*part.value, ctx, &scratch);
    if (fields.size() == fields.capacity()) CheckRoomFor(2 * fields.size() * sizeof(Field));
    if (part.name == nullptr) {
      if (v.is_missing()) continue;
      if (!v.is_struct()) {
        fields.push_back({"_" + std::to_string(part.position), v});
        continue;
      }
      const Value whole = v.Materialize();
      fields.insert(fields.end(), whole.fields().begin(), whole.fields().end());
      continue;
    }
    Value name_scratch;
    const Value& name = Evaluate(*part.name, ctx, &name_scratch);
    if (!name.is_text()) {
      (void)ctx.Mismatch("the name of a tuple's field must be a string", &e);
      continue;
    }
    if (!v.is_missing()) fields.push_back({std::string(name.bytes()), v});
  }
  return Value::Struct(std::move(fields));
}

namespace {

Value WrongArgument(const ScalarFunction& f, int i, const Value& v, EvalContext& ctx, const Expr& e) {
  if (!ctx.WantsReason()) return ctx.Mismatch("", &e);
  const ArgType wanted = f.args[std::min<size_t>(static_cast<size_t>(i), f.args.size() - 1)];
  std::string what = f.name + ": argument " + std::to_string(i + 1) + " must be ";
  what += ArgTypeName(wanted);
  what += ", not ";
  what += TypeName(v.type());
  return ctx.Mismatch(what.c_str(), &e);
}

Value CallWith(const Expr& e, const ScalarFunction& f, const Value* args, int count, EvalContext& ctx) {
  bool missing = false, null = false;
  for (int i = 0; i < count; ++i) {
    if (args[i].is_absent()) {
      (args[i].is_missing() ? missing : null) = true;
    } else if (!f.args.empty() &&
               !Accepts(f.args[std::min<size_t>(static_cast<size_t>(i), f.args.size() - 1)], args[i].type())) {
      return WrongArgument(f, i, args[i], ctx, e);
    }
  }
  if (f.absent == AbsentRule::kPropagate) {
    // To DynamoDB NULL is a value, of a type that these do not take.
    if (missing || (null && ctx.logic == Logic::kDynamo)) return Value::Missing();
    if (null) return Value::Null();
  }
  const bool failed_before = ctx.failed();
  Value result = f.call(args, count, ctx);
  if (ctx.failed() && !failed_before) ctx.error = std::move(ctx.error).At(e.span);
  return result;
}

}  // namespace

Value Call(const Expr& e, const Expr::Call& call, EvalContext& ctx) {
  CheckPoint();
  const ScalarFunction& f = *call.function;
  const size_t count = call.args.size();
  if (f.first_present) {
    bool null = false;
    for (const ExprPtr& arg : call.args) {
      Value v = EvaluateValue(*arg, ctx);
      if (!v.is_absent()) return v;
      null = null || v.is_null();
    }
    return null ? Value::Null() : Value::Missing();
  }
  constexpr size_t kInline = 4;
  std::array<Value, kInline> few;
  std::vector<Value> many(count > kInline ? count : 0);
  Value* args = count > kInline ? many.data() : few.data();
  const Typing typing = ctx.typing;
  if (f.probes) ctx.typing = Typing::kPermissive;
  for (size_t i = 0; i < count; ++i) {
    const Value& v = Evaluate(*call.args[i], ctx, &args[i]);
    if (&v != &args[i]) args[i] = v;
  }
  ctx.typing = typing;
  Value result = CallWith(e, f, args, static_cast<int>(count), ctx);
  if (f.predicate && ctx.logic == Logic::kDynamo && !result.is_bool()) return Value::Bool(false);
  return result;
}

Value FromError(const Status& status, EvalContext& ctx, const Expr* where) {
  if (status.code() == StatusCode::kTypeMismatch) return ctx.Mismatch(status.message().c_str(), where);
  return ctx.Fail(Status(status).At(where == nullptr ? TextSpan{} : where->span));
}

}  // namespace eval
}  // namespace parton
