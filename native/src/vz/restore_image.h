// Restore images of macOS, and the files and identities that a new guest is made of.
#pragma once

#include <napi.h>

namespace torpor::vz {

Napi::Value LoadRestoreImage(const Napi::CallbackInfo& info);
Napi::Value LatestRestoreImage(const Napi::CallbackInfo& info);
Napi::Value CreateMacIdentifier(const Napi::CallbackInfo& info);
Napi::Value CreateGenericIdentifier(const Napi::CallbackInfo& info);
Napi::Value CreateMacAddress(const Napi::CallbackInfo& info);
Napi::Value CreateEfiVariables(const Napi::CallbackInfo& info);
Napi::Value CreateAuxiliaryStorage(const Napi::CallbackInfo& info);

}  // namespace torpor::vz
