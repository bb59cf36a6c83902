#include "shell/progress.h"

#include <gtest/gtest.h>

namespace parton::shell {
namespace {

TEST(ProgressTest, PartRateAndTimeLeft) {
  EXPECT_EQ(ProgressText(1000, 4000, 2), " 25 %  1000 items, 500/s, 6 s left");
  EXPECT_EQ(ProgressText(4000, 4000, 2), "100 %  4000 items, 2000/s");
  EXPECT_EQ(ProgressText(25'000'000, 0, 10), "25.0M items, 2.5M/s");
}

TEST(ProgressTest, AnEstimateThatWasTooLowSaysNothing) {
  EXPECT_EQ(ProgressText(5000, 4000, 2), "5000 items, 2500/s");
  EXPECT_EQ(ProgressText(0, 0, 0), "0 items, 0/s");
}

}  // namespace
}  // namespace parton::shell
