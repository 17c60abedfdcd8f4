// From a MachineDescription to the framework's configuration, by the letter. Decides nothing.
#pragma once

#import <Virtualization/Virtualization.h>

#import "description.h"

NS_ASSUME_NONNULL_BEGIN

// A configuration, and what of it is needed while the machine exists.
@interface TPBlueprint : NSObject
@property(nonatomic, readonly) VZVirtualMachineConfiguration* configuration;
// By identifier. The attachments hold their delegates weakly, so somebody else must.
@property(nonatomic, readonly)
    NSMutableDictionary<NSString*, VZNetworkBlockDeviceStorageDeviceAttachment*>* networkDisks;
// The guest's serial console, our ends; nil when it has none.
@property(nonatomic, nullable) NSFileHandle* consoleOutput;
@property(nonatomic, nullable) NSFileHandle* consoleInput;
@end

namespace torpor::vz {

// Throws Refusal for what cannot be built; says nothing of whether the whole is valid.
TPBlueprint* BlueprintOf(TPObject* description);

// Each part, in the file of that name.
void SetPlatform(VZVirtualMachineConfiguration* configuration, TPObject* description);
void SetStorage(TPBlueprint* blueprint, TPObject* description);
void SetDevices(TPBlueprint* blueprint, TPObject* description);

}  // namespace torpor::vz

NS_ASSUME_NONNULL_END
