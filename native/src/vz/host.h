// What this Mac and this program can do, and whether a description is possible here.
#pragma once

#include <napi.h>

namespace torpor::vz {

Napi::Value HostFacts(const Napi::CallbackInfo& info);
Napi::Value Validate(const Napi::CallbackInfo& info);
Napi::Value ValidateSaveRestore(const Napi::CallbackInfo& info);

}  // namespace torpor::vz
