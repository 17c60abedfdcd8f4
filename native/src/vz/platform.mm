// Who the guest is and how it boots.
#import "configuration.h"
#import "description.h"
#import "failure.h"

namespace torpor::vz {
namespace {

#if defined(__arm64__)
VZPlatformConfiguration* MacPlatform(TPObject* platform) {
  VZMacHardwareModel* model =
      [[VZMacHardwareModel alloc] initWithDataRepresentation:BytesAt(platform, @"hardwareModel")];
  // Nil for what is not one. Leaving it out would silently give the guest another identity.
  if (model == nil) RefuseMisuse("the hardware model cannot be read");
  if (!model.supported) RefuseMisuse("this Mac does not support the machine's hardware model");
  VZMacMachineIdentifier* identifier = [[VZMacMachineIdentifier alloc]
      initWithDataRepresentation:BytesAt(platform, @"machineIdentifier")];
  if (identifier == nil) RefuseMisuse("the machine identifier cannot be read");
  VZMacPlatformConfiguration* configuration = [[VZMacPlatformConfiguration alloc] init];
  configuration.hardwareModel = model;
  configuration.machineIdentifier = identifier;
  NSString* storage = OptionalTextAt(platform, @"auxiliaryStorage");
  if (storage != nil) {
    configuration.auxiliaryStorage =
        [[VZMacAuxiliaryStorage alloc] initWithURL:[NSURL fileURLWithPath:storage]];
  }
  return configuration;
}
#endif

VZPlatformConfiguration* GenericPlatform(TPObject* platform) {
  VZGenericMachineIdentifier* identifier = [[VZGenericMachineIdentifier alloc]
      initWithDataRepresentation:BytesAt(platform, @"machineIdentifier")];
  if (identifier == nil) RefuseMisuse("the machine identifier cannot be read");
  VZGenericPlatformConfiguration* configuration = [[VZGenericPlatformConfiguration alloc] init];
  configuration.machineIdentifier = identifier;
  return configuration;
}

VZPlatformConfiguration* PlatformOf(TPObject* platform) {
  NSString* kind = TextAt(platform, @"kind");
  if ([kind isEqualToString:@"generic"]) return GenericPlatform(platform);
#if defined(__arm64__)
  if ([kind isEqualToString:@"mac"]) return MacPlatform(platform);
#endif
  RefuseMisuse("this Mac has no platform " + ToUtf8(kind));
}

VZBootLoader* EfiBootLoader(TPObject* loader) {
  VZEFIBootLoader* efi = [[VZEFIBootLoader alloc] init];
  NSString* variables = OptionalTextAt(loader, @"variables");
  if (variables != nil) {
    efi.variableStore = [[VZEFIVariableStore alloc] initWithURL:[NSURL fileURLWithPath:variables]];
  }
  return efi;
}

VZBootLoader* LinuxBootLoader(TPObject* loader) {
  VZLinuxBootLoader* linux =
      [[VZLinuxBootLoader alloc] initWithKernelURL:FileAt(loader, @"kernel")];
  NSString* initrd = OptionalTextAt(loader, @"initrd");
  if (initrd != nil) linux.initialRamdiskURL = [NSURL fileURLWithPath:initrd];
  linux.commandLine = TextAt(loader, @"commandLine");
  return linux;
}

VZBootLoader* BootLoaderOf(TPObject* loader) {
  NSString* kind = TextAt(loader, @"kind");
  if ([kind isEqualToString:@"efi"]) return EfiBootLoader(loader);
  if ([kind isEqualToString:@"linux"]) return LinuxBootLoader(loader);
#if defined(__arm64__)
  if ([kind isEqualToString:@"macos"]) return [[VZMacOSBootLoader alloc] init];
#endif
  RefuseMisuse("this Mac has no boot loader " + ToUtf8(kind));
}

}  // namespace

void SetPlatform(VZVirtualMachineConfiguration* configuration, TPObject* description) {
  configuration.platform = PlatformOf(ObjectAt(description, @"platform"));
  configuration.bootLoader = BootLoaderOf(ObjectAt(description, @"bootLoader"));
}

}  // namespace torpor::vz
