// Writing a file through to its medium.
#pragma once

#include <napi.h>

#include <string>

namespace torpor {

// Waits until data and metadata of an open file or directory are on the medium.
void SyncToMedium(int descriptor, const std::string& path);

// flush(path, onProgress) -> {promise, cancel}
Napi::Value Flush(const Napi::CallbackInfo& info);

}  // namespace torpor
