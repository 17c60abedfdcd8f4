// VZMacOSInstaller, which installs macOS into a machine that was just made.
#pragma once

#import <Foundation/Foundation.h>
#include <napi.h>

NS_ASSUME_NONNULL_BEGIN

// An installation under way. All of it on the machine's queue, but for `cancel`.
@interface TPInstallation : NSObject
// Lets go of everything; the completion still comes.
- (void)forget;
// Whether it could be cancelled at this moment; the installation then fails.
- (BOOL)cancel;
@end

namespace torpor::vz {

Napi::Value Install(const Napi::CallbackInfo& info);
Napi::Value CancelInstall(const Napi::CallbackInfo& info);

}  // namespace torpor::vz

NS_ASSUME_NONNULL_END
