#ifdef __APPLE__

#include <ApplicationServices/ApplicationServices.h>

#include "shift.h"

namespace torpor {

// Asks the window server for the state of the session's keyboards; no permission is needed for
// that.
std::optional<bool> ShiftHeld() {
  const CGEventFlags flags = CGEventSourceFlagsState(kCGEventSourceStateCombinedSessionState);
  return (flags & kCGEventFlagMaskShift) != 0;
}

}  // namespace torpor

#endif  // __APPLE__
