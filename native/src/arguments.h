// Arguments from JavaScript, checked: a wrong one is a TypeError or RangeError that names it.
#pragma once

#include <napi.h>

#include <cstdint>
#include <string>

namespace torpor {

// A path without NUL bytes: the kernel would silently end it there.
std::string PathArgument(const Napi::CallbackInfo& info, size_t index, const char* name);

// A whole number from 0 to 2^53 - 1: what a JavaScript number holds exactly, and below 2^63.
int64_t BytesArgument(const Napi::CallbackInfo& info, size_t index, const char* name);

// The same of any value, such as a part of an argument.
int64_t Bytes(const Napi::Value& value, const char* name);

int DescriptorArgument(const Napi::CallbackInfo& info, size_t index, const char* name);

}  // namespace torpor
