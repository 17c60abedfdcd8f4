// A native window on a machine's display. All of it on the main thread of an app.
#pragma once

#import <AppKit/AppKit.h>
#include <napi.h>

#import "machine.h"

NS_ASSUME_NONNULL_BEGIN

@interface TPMachineWindow : NSObject <NSWindowDelegate>
- (instancetype)initWithMachine:(TPMachine*)machine;
- (void)configureTitle:(NSString*)title
              subtitle:(NSString*)subtitle
    capturesSystemKeys:(BOOL)capturesSystemKeys
         followsResize:(BOOL)followsResize;
- (void)showMenu:(NSArray<NSMenuItem*>*)items label:(NSString*)label;
- (void)show;
// Lets go of the machine; the object is of no use afterwards.
- (void)close;
// The view as it is drawn now; nil when it is not on the screen.
- (nullable NSData*)png;
@end

namespace torpor::vz {

Napi::Value OpenWindow(const Napi::CallbackInfo& info);
Napi::Value ConfigureWindow(const Napi::CallbackInfo& info);
Napi::Value CloseWindow(const Napi::CallbackInfo& info);
Napi::Value Screenshot(const Napi::CallbackInfo& info);

// Nothing happens when there is none, or outside the main thread, where none can be.
void CloseWindowOf(TPMachine* machine);

}  // namespace torpor::vz

NS_ASSUME_NONNULL_END
