// Disks: images, network block devices, installation media.
#import "configuration.h"
#import "description.h"
#import "failure.h"

namespace torpor::vz {
namespace {

VZDiskImageCachingMode CachingOf(NSString* name) {
  if ([name isEqualToString:@"automatic"]) return VZDiskImageCachingModeAutomatic;
  if ([name isEqualToString:@"uncached"]) return VZDiskImageCachingModeUncached;
  if ([name isEqualToString:@"cached"]) return VZDiskImageCachingModeCached;
  RefuseMisuse("there is no caching mode " + ToUtf8(name));
}

// Full is 1 here and 0 for network disks: never a number from JavaScript, which would fit both.
VZDiskImageSynchronizationMode ImageSynchronizationOf(NSString* name) {
  if ([name isEqualToString:@"full"]) return VZDiskImageSynchronizationModeFull;
  if ([name isEqualToString:@"fsync"]) return VZDiskImageSynchronizationModeFsync;
  if ([name isEqualToString:@"none"]) return VZDiskImageSynchronizationModeNone;
  RefuseMisuse("there is no synchronization mode " + ToUtf8(name));
}

VZDiskSynchronizationMode NetworkSynchronizationOf(NSString* name) {
  if ([name isEqualToString:@"full"]) return VZDiskSynchronizationModeFull;
  if ([name isEqualToString:@"none"]) return VZDiskSynchronizationModeNone;
  RefuseMisuse("there is no synchronization mode " + ToUtf8(name));
}

VZStorageDeviceConfiguration* BlockDevice(VZStorageDeviceAttachment* attachment, TPObject* device) {
  VZVirtioBlockDeviceConfiguration* configuration =
      [[VZVirtioBlockDeviceConfiguration alloc] initWithAttachment:attachment];
  NSString* identifier = TextAt(device, @"identifier");
  // The setter raises for a bad one; this says what is wrong with it.
  NSError* error = nil;
  if (![VZVirtioBlockDeviceConfiguration validateBlockDeviceIdentifier:identifier error:&error]) {
    Refuse(error);
  }
  configuration.blockDeviceIdentifier = identifier;
  return configuration;
}

VZStorageDeviceConfiguration* ImageDevice(TPObject* device) {
  NSError* error = nil;
  VZDiskImageStorageDeviceAttachment* attachment = [[VZDiskImageStorageDeviceAttachment alloc]
              initWithURL:FileAt(device, @"path")
                 readOnly:FlagAt(device, @"readOnly")
              cachingMode:CachingOf(TextAt(device, @"caching"))
      synchronizationMode:ImageSynchronizationOf(TextAt(device, @"synchronization"))
                    error:&error];
  if (attachment == nil) Refuse(error);
  return BlockDevice(attachment, device);
}

VZStorageDeviceConfiguration* NetworkDevice(TPBlueprint* blueprint, TPObject* device) {
  NSURL* url = [NSURL URLWithString:TextAt(device, @"url")];
  if (url == nil) RefuseMisuse("the address of a network disk cannot be read");
  NSError* error = nil;
  VZNetworkBlockDeviceStorageDeviceAttachment* attachment =
      [[VZNetworkBlockDeviceStorageDeviceAttachment alloc]
                  initWithURL:url
                      timeout:NumberAt(device, @"timeoutSeconds").doubleValue
               forcedReadOnly:FlagAt(device, @"readOnly")
          synchronizationMode:NetworkSynchronizationOf(TextAt(device, @"synchronization"))
                        error:&error];
  if (attachment == nil) Refuse(error);
  blueprint.networkDisks[TextAt(device, @"identifier")] = attachment;
  return BlockDevice(attachment, device);
}

VZStorageDeviceConfiguration* UsbImageDevice(TPObject* device) {
  NSError* error = nil;
  VZDiskImageStorageDeviceAttachment* attachment =
      [[VZDiskImageStorageDeviceAttachment alloc] initWithURL:FileAt(device, @"path")
                                                     readOnly:YES
                                                        error:&error];
  if (attachment == nil) Refuse(error);
  return [[VZUSBMassStorageDeviceConfiguration alloc] initWithAttachment:attachment];
}

VZStorageDeviceConfiguration* DeviceOf(TPBlueprint* blueprint, TPObject* device) {
  NSString* kind = TextAt(device, @"kind");
  if ([kind isEqualToString:@"image"]) return ImageDevice(device);
  if ([kind isEqualToString:@"network"]) return NetworkDevice(blueprint, device);
  if ([kind isEqualToString:@"usbImage"]) return UsbImageDevice(device);
  RefuseMisuse("there is no storage device " + ToUtf8(kind));
}

}  // namespace

void SetStorage(TPBlueprint* blueprint, TPObject* description) {
  NSMutableArray<VZStorageDeviceConfiguration*>* devices = [NSMutableArray array];
  for (TPObject* device in ObjectsAt(description, @"storage")) {
    [devices addObject:DeviceOf(blueprint, device)];
  }
  blueprint.configuration.storageDevices = devices;
}

}  // namespace torpor::vz
