// Whether a person holds a Shift key now: on macOS in shift_mac.cc, elsewhere in shift_x11.cc.
#pragma once

#include <napi.h>

#include <optional>

namespace torpor {

// Nothing where nobody can tell.
std::optional<bool> ShiftHeld();

// isShiftHeld() -> boolean | undefined
Napi::Value IsShiftHeld(const Napi::CallbackInfo& info);

}  // namespace torpor
