// Copying a file, sharing its blocks where the volume can.
#pragma once

#include <napi.h>

namespace torpor {

// clone(from, to, onProgress) -> {promise: Promise<'shared' | 'copied'>, cancel}
Napi::Value Clone(const Napi::CallbackInfo& info);

}  // namespace torpor
