#import "failure.h"

namespace torpor::vz {
namespace {

constexpr int kDeepest = 8;

Failure FailureAt(NSError* error, int depth) {
  Failure failure;
  if (error == nil) {
    failure.domain = "Torpor";
    failure.description = "The framework failed without saying why.";
    return failure;
  }
  failure.domain = ToUtf8(error.domain);
  failure.code = error.code;
  failure.description = ToUtf8(error.localizedDescription);
  if (error.localizedFailureReason != nil) failure.reason = ToUtf8(error.localizedFailureReason);
  // A chain can name itself.
  if (depth == kDeepest) return failure;
  for (NSError* inner in error.underlyingErrors) {
    failure.underlying.push_back(FailureAt(inner, depth + 1));
  }
  return failure;
}

}  // namespace

Failure FailureOf(NSError* error) { return FailureAt(error, 0); }

Failure FailureOf(NSException* exception) {
  Failure failure = Misuse(ToUtf8(exception.reason ?: exception.name));
  failure.reason = ToUtf8(exception.name);
  return failure;
}

Failure Misuse(const std::string& what) {
  Failure failure;
  failure.domain = "NSException";
  failure.description = what;
  return failure;
}

Napi::Value ToJs(Napi::Env env, const Failure& failure) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("domain", failure.domain);
  object.Set("code", Napi::Number::New(env, static_cast<double>(failure.code)));
  object.Set("description", failure.description);
  object.Set("reason", failure.reason ? Napi::Value(Napi::String::New(env, *failure.reason))
                                      : Napi::Value(env.Null()));
  Napi::Array underlying = Napi::Array::New(env, failure.underlying.size());
  for (size_t index = 0; index < failure.underlying.size(); ++index) {
    underlying.Set(static_cast<uint32_t>(index), ToJs(env, failure.underlying[index]));
  }
  object.Set("underlying", underlying);
  return object;
}

Napi::Error ErrorOf(Napi::Env env, const Failure& failure) {
  Napi::Error error = Napi::Error::New(env, failure.reason.value_or(failure.description));
  error.Set("failure", ToJs(env, failure));
  return error;
}

void Refuse(NSError* error) { throw Refusal(FailureOf(error)); }

void RefuseMisuse(const std::string& what) { throw Refusal(Misuse(what)); }

std::string ToUtf8(NSString* text) {
  const char* bytes = text.UTF8String;
  return bytes == nullptr ? "" : bytes;
}

NSString* ToText(const std::string& text) {
  // Nil for what is no UTF-8, which JavaScript cannot send.
  NSString* result = [[NSString alloc] initWithBytes:text.data()
                                              length:text.size()
                                            encoding:NSUTF8StringEncoding];
  return result ?: @"";
}

}  // namespace torpor::vz
