#ifndef __APPLE__

#include <dlfcn.h>

#include <cstdlib>

#include "shift.h"

namespace torpor {
namespace {

// From Xlib.h and X.h, whose packages nobody needs otherwise. The library is loaded when it is
// asked for, so that the addon also loads on a computer without a desktop.
struct Display;
using Window = unsigned long;
constexpr unsigned int kShiftMask = 1;

using OpenDisplay = Display* (*)(const char*);
using CloseDisplay = int (*)(Display*);
using DefaultRootWindow = Window (*)(Display*);
using QueryPointer = int (*)(Display*, Window, Window*, Window*, int*, int*, int*, int*,
                             unsigned int*);

template <typename Function>
Function Find(void* library, const char* name) {
  return reinterpret_cast<Function>(dlsym(library, name));
}

std::optional<bool> AskServer(void* library) {
  const auto open = Find<OpenDisplay>(library, "XOpenDisplay");
  const auto close = Find<CloseDisplay>(library, "XCloseDisplay");
  const auto root = Find<DefaultRootWindow>(library, "XDefaultRootWindow");
  const auto query = Find<QueryPointer>(library, "XQueryPointer");
  if (open == nullptr || close == nullptr || root == nullptr || query == nullptr) return {};
  Display* display = open(nullptr);
  if (display == nullptr) return {};
  Window root_at = 0;
  Window child = 0;
  int x = 0;
  int y = 0;
  unsigned int mask = 0;
  // The answer holds the modifiers also when the pointer is on another screen.
  query(display, root(display), &root_at, &child, &x, &y, &x, &y, &mask);
  close(display);
  return (mask & kShiftMask) != 0;
}

bool IsSet(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && value[0] != '\0';
}

}  // namespace

// Under Wayland a program hears of keys only while one of its windows has the focus, and XWayland's
// server repeats what it heard last.
std::optional<bool> ShiftHeld() {
  if (IsSet("WAYLAND_DISPLAY") || !IsSet("DISPLAY")) return {};
  void* library = dlopen("libX11.so.6", RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return {};
  return AskServer(library);
}

}  // namespace torpor

#endif  // __APPLE__
