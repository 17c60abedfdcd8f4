#include "shift.h"

namespace torpor {

Napi::Value IsShiftHeld(const Napi::CallbackInfo& info) {
  const std::optional<bool> held = ShiftHeld();
  if (!held.has_value()) return info.Env().Undefined();
  return Napi::Boolean::New(info.Env(), *held);
}

}  // namespace torpor
