#import "configuration.h"

#import "description.h"

@implementation TPBlueprint

- (instancetype)init {
  self = [super init];
  if (self != nil) {
    _configuration = [[VZVirtualMachineConfiguration alloc] init];
    _networkDisks = [NSMutableDictionary dictionary];
  }
  return self;
}

@end

namespace torpor::vz {

TPBlueprint* BlueprintOf(TPObject* description) {
  TPBlueprint* blueprint = [[TPBlueprint alloc] init];
  VZVirtualMachineConfiguration* configuration = blueprint.configuration;
  configuration.CPUCount = NumberAt(description, @"cpus").unsignedIntegerValue;
  configuration.memorySize = NumberAt(description, @"memoryBytes").unsignedLongLongValue;
  SetPlatform(configuration, description);
  SetStorage(blueprint, description);
  SetDevices(blueprint, description);
  return blueprint;
}

}  // namespace torpor::vz
