// What the kernel holds of a file in memory: asked for, and wished for.
#pragma once

#include <napi.h>

namespace torpor {

// dirtyExtents(path) -> Promise<{start, end}[] | undefined>
Napi::Value DirtyExtentsOf(const Napi::CallbackInfo& info);

// readAhead(path, {start, end}[]) -> Promise<undefined>
Napi::Value ReadAhead(const Napi::CallbackInfo& info);

}  // namespace torpor
