// The button at the end of a window's title bar and the menu behind it. The menu bar is Electron's,
// which replaces it whole, so a window brings its own. On the main thread of an app.
#pragma once

#import <AppKit/AppKit.h>

#import "description.h"
#import "machine.h"

NS_ASSUME_NONNULL_BEGIN

@interface TPWindowMenu : NSTitlebarAccessoryViewController <NSMenuItemValidation>
- (instancetype)initWithMachine:(TPMachine*)machine;
// Replaces what the menu holds, also while it is open.
- (void)showItems:(NSArray<NSMenuItem*>*)items label:(NSString*)label;
@end

namespace torpor::vz {

// What WindowOptions say of the menu; throws before anything of the window has changed.
NSArray<NSMenuItem*>* MenuItemsOf(TPObject* options);

}  // namespace torpor::vz

NS_ASSUME_NONNULL_END
