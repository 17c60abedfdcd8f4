#include "arguments.h"

#include <climits>
#include <cmath>

namespace torpor {
namespace {

constexpr double kLargestExact = 9007199254740991.0;

double WholeNumber(const Napi::Value& value, const char* name, double largest) {
  if (!value.IsNumber()) {
    throw Napi::TypeError::New(value.Env(), std::string(name) + " must be a number");
  }
  const double number = value.As<Napi::Number>().DoubleValue();
  if (!(number >= 0 && number <= largest) || std::floor(number) != number) {
    throw Napi::RangeError::New(
        value.Env(), std::string(name) + " must be a whole number, not negative and not too large");
  }
  return number;
}

}  // namespace

std::string PathArgument(const Napi::CallbackInfo& info, size_t index, const char* name) {
  if (!info[index].IsString()) {
    throw Napi::TypeError::New(info.Env(), std::string(name) + " must be a string");
  }
  std::string path = info[index].As<Napi::String>().Utf8Value();
  if (path.empty() || path.find('\0') != std::string::npos) {
    throw Napi::TypeError::New(info.Env(), std::string(name) + " must be a path without NUL bytes");
  }
  return path;
}

int64_t BytesArgument(const Napi::CallbackInfo& info, size_t index, const char* name) {
  return Bytes(info[index], name);
}

int64_t Bytes(const Napi::Value& value, const char* name) {
  return static_cast<int64_t>(WholeNumber(value, name, kLargestExact));
}

int DescriptorArgument(const Napi::CallbackInfo& info, size_t index, const char* name) {
  return static_cast<int>(WholeNumber(info[index], name, INT_MAX));
}

}  // namespace torpor
