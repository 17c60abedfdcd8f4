#import "window.h"

#include <memory>
#include <string>

#import "description.h"
#import "failure.h"
#import "window_menu.h"

using torpor::vz::EventOf;

@implementation TPMachineWindow {
  // Weak, because the machine holds its window.
  __weak TPMachine* _machine;
  NSWindow* _window;
  VZVirtualMachineView* _view;
  TPWindowMenu* _menu;
  BOOL _capturesSystemKeys;
}

- (instancetype)initWithMachine:(TPMachine*)machine {
  self = [super init];
  if (self == nil) return nil;
  _machine = machine;
  const NSRect frame = NSMakeRect(0, 0, 1280, 800);
  _view = [[VZVirtualMachineView alloc] initWithFrame:frame];
  _view.virtualMachine = machine.virtualMachine;
  _window = [[NSWindow alloc]
      initWithContentRect:frame
                styleMask:NSWindowStyleMaskTitled | NSWindowStyleMaskClosable |
                          NSWindowStyleMaskMiniaturizable | NSWindowStyleMaskResizable
                  backing:NSBackingStoreBuffered
                    defer:NO];
  // Under ARC a window that releases itself is released twice.
  _window.releasedWhenClosed = NO;
  _window.collectionBehavior = NSWindowCollectionBehaviorFullScreenPrimary;
  _window.contentView = _view;
  _window.delegate = self;
  _menu = [[TPWindowMenu alloc] initWithMachine:machine];
  [_window addTitlebarAccessoryViewController:_menu];
  [_window center];
  return self;
}

- (void)configureTitle:(NSString*)title
              subtitle:(NSString*)subtitle
    capturesSystemKeys:(BOOL)capturesSystemKeys
         followsResize:(BOOL)followsResize {
  _window.title = title;
  _window.subtitle = subtitle;
  _capturesSystemKeys = capturesSystemKeys;
  _view.capturesSystemKeys = capturesSystemKeys && _window.keyWindow;
  _view.automaticallyReconfiguresDisplay = followsResize;
}

- (void)showMenu:(NSArray<NSMenuItem*>*)items label:(NSString*)label {
  [_menu showItems:items label:label];
}

- (void)show {
  [_window makeKeyAndOrderFront:nil];
  [NSApp activateIgnoringOtherApps:YES];
}

- (void)close {
  _window.delegate = nil;
  _view.capturesSystemKeys = NO;
  _view.virtualMachine = nil;
  [_window orderOut:nil];
  [_window close];
  _menu = nil;
  _window = nil;
  _view = nil;
}

- (NSData*)png {
  if (!_window.visible || NSIsEmptyRect(_view.bounds)) return nil;
  NSBitmapImageRep* picture = [_view bitmapImageRepForCachingDisplayInRect:_view.bounds];
  if (picture == nil) return nil;
  [_view cacheDisplayInRect:_view.bounds toBitmapImageRep:picture];
  return [picture representationUsingType:NSBitmapImageFileTypePNG properties:@{}];
}

// JavaScript decides what becomes of the guest, and closes the window then.
- (BOOL)windowShouldClose:(NSWindow*)__unused window {
  [_machine send:EventOf("windowCloseRequested")];
  return NO;
}

// Only now: a window that is not key makes no view the first responder.
- (void)windowDidBecomeKey:(NSNotification*)__unused notification {
  _view.capturesSystemKeys = _capturesSystemKeys;
  [_window makeFirstResponder:_view];
}

- (void)windowDidResignKey:(NSNotification*)__unused notification {
  _view.capturesSystemKeys = NO;
}

@end

namespace torpor::vz {
namespace {

void RefuseWithoutApp() {
  if (!NSThread.isMainThread || !NSApp.running) RefuseMisuse("there is no app to open a window in");
}

void Configure(TPMachineWindow* window, TPObject* options) {
  // First, since it is what can be refused.
  NSArray<NSMenuItem*>* items = MenuItemsOf(options);
  NSString* label = TextAt(options, @"menuLabel");
  [window configureTitle:TextAt(options, @"title")
                subtitle:TextAt(options, @"subtitle")
      capturesSystemKeys:FlagAt(options, @"capturesSystemKeys")
           followsResize:FlagAt(options, @"followsResize")];
  [window showMenu:items label:label];
}

}  // namespace

Napi::Value OpenWindow(const Napi::CallbackInfo& info) {
  return Guarded(info.Env(), [&]() -> Napi::Value {
    RefuseWithoutApp();
    TPMachine* machine = MachineArgument(info, 0);
    TPObject* options = DescriptionArgument(info, 1);
    if (machine.window == nil) machine.window = [[TPMachineWindow alloc] initWithMachine:machine];
    Configure(machine.window, options);
    [machine.window show];
    return info.Env().Undefined();
  });
}

Napi::Value ConfigureWindow(const Napi::CallbackInfo& info) {
  return Guarded(info.Env(), [&]() -> Napi::Value {
    TPMachine* machine = MachineArgument(info, 0);
    TPObject* options = DescriptionArgument(info, 1);
    if (machine.window != nil) Configure(machine.window, options);
    return info.Env().Undefined();
  });
}

Napi::Value CloseWindow(const Napi::CallbackInfo& info) {
  return Guarded(info.Env(), [&]() -> Napi::Value {
    CloseWindowOf(MachineArgument(info, 0));
    return info.Env().Undefined();
  });
}

void CloseWindowOf(TPMachine* machine) {
  if (machine.window == nil || !NSThread.isMainThread) return;
  [machine.window close];
  machine.window = nil;
}

Napi::Value Screenshot(const Napi::CallbackInfo& info) {
  return Guarded(info.Env(), [&]() -> Napi::Value {
    TPMachine* machine = MachineArgument(info, 0);
    std::shared_ptr<Completion> completion = Completion::Create(info.Env());
    NSData* png = NSThread.isMainThread ? [machine.window png] : nil;
    if (png == nil) {
      completion->Resolve([](Napi::Env env) -> Napi::Value { return env.Null(); });
      return completion->Promise();
    }
    const std::string bytes(static_cast<const char*>(png.bytes), png.length);
    completion->Resolve([bytes](Napi::Env env) -> Napi::Value {
      return Napi::Buffer<char>::Copy(env, bytes.data(), bytes.size());
    });
    return completion->Promise();
  });
}

}  // namespace torpor::vz
