// What the framework refuses: an NSError or an NSException as plain C++ data, which may cross
// threads, and as a JavaScript error with `failure` on it (src/drivers/vz/native-interface.ts).
#pragma once

#import <Foundation/Foundation.h>
#include <napi.h>

#include <exception>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace torpor::vz {

struct Failure {
  std::string domain;
  int64_t code = 0;
  std::string description;
  std::optional<std::string> reason;
  std::vector<Failure> underlying;
};

Failure FailureOf(NSError* _Nullable error);
Failure FailureOf(NSException* _Nonnull exception);
// A call that the contract does not allow, in the words of this file's caller.
Failure Misuse(const std::string& what);

Napi::Value ToJs(Napi::Env env, const Failure& failure);
Napi::Error ErrorOf(Napi::Env env, const Failure& failure);

class Refusal : public std::exception {
 public:
  explicit Refusal(Failure failure) : failure_(std::move(failure)) {}
  const char* _Nonnull what() const noexcept override { return failure_.description.c_str(); }
  const Failure& failure() const noexcept { return failure_; }

 private:
  Failure failure_;
};

// Throws what `error` says; for calls whose result, not whose error, tells that they failed.
[[noreturn]] void Refuse(NSError* _Nullable error);
[[noreturn]] void RefuseMisuse(const std::string& what);

// Runs `body` on the JavaScript thread. An NSException that reached V8's frames would end the
// process.
template <typename Body>
Napi::Value Guarded(Napi::Env env, Body body) {
  @autoreleasepool {
    @try {
      try {
        return body();
      } catch (const Refusal& refusal) {
        throw ErrorOf(env, refusal.failure());
      }
    } @catch (NSException* exception) {
      throw ErrorOf(env, FailureOf(exception));
    }
  }
}

std::string ToUtf8(NSString* _Nullable text);
NSString* _Nonnull ToText(const std::string& text);

}  // namespace torpor::vz
