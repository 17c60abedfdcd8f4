// Files outside the container of a sandboxed app: the system lets them in by bookmarks alone.
#pragma once

#include <napi.h>

namespace torpor::vz {

Napi::Value CreateBookmark(const Napi::CallbackInfo& info);
Napi::Value OpenBookmark(const Napi::CallbackInfo& info);
Napi::Value CloseBookmark(const Napi::CallbackInfo& info);

}  // namespace torpor::vz
