// What a machine that is open can be asked to do.
#pragma once

#include <napi.h>

namespace torpor::vz {

Napi::Value Start(const Napi::CallbackInfo& info);
Napi::Value Pause(const Napi::CallbackInfo& info);
Napi::Value Resume(const Napi::CallbackInfo& info);
Napi::Value RequestStop(const Napi::CallbackInfo& info);
Napi::Value Stop(const Napi::CallbackInfo& info);
Napi::Value Save(const Napi::CallbackInfo& info);
Napi::Value Restore(const Napi::CallbackInfo& info);
Napi::Value WriteConsole(const Napi::CallbackInfo& info);
Napi::Value ReconnectNetwork(const Napi::CallbackInfo& info);
Napi::Value SetMemoryTarget(const Napi::CallbackInfo& info);
Napi::Value SetDisplaySize(const Napi::CallbackInfo& info);

}  // namespace torpor::vz
