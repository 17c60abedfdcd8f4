// How much room a volume has.
#pragma once

#include <napi.h>

namespace torpor {

// space(path) -> Promise<{available, total}>
Napi::Value SpaceOf(const Napi::CallbackInfo& info);

}  // namespace torpor
