// Everything that is neither platform nor storage.
#include <fcntl.h>

#import "configuration.h"
#import "description.h"
#import "failure.h"

namespace torpor::vz {
namespace {

VZNetworkDeviceConfiguration* NetworkOf(TPObject* network) {
  VZMACAddress* address = [[VZMACAddress alloc] initWithString:TextAt(network, @"mac")];
  if (address == nil) RefuseMisuse("the MAC address cannot be read");
  VZVirtioNetworkDeviceConfiguration* configuration =
      [[VZVirtioNetworkDeviceConfiguration alloc] init];
  configuration.MACAddress = address;
  configuration.attachment = [[VZNATNetworkDeviceAttachment alloc] init];
  return configuration;
}

VZGraphicsDeviceConfiguration* GraphicsOf(TPObject* graphics) {
  NSString* kind = TextAt(graphics, @"kind");
  const NSInteger width = NumberAt(graphics, @"width").integerValue;
  const NSInteger height = NumberAt(graphics, @"height").integerValue;
  if ([kind isEqualToString:@"mac"]) {
    VZMacGraphicsDeviceConfiguration* configuration =
        [[VZMacGraphicsDeviceConfiguration alloc] init];
    configuration.displays = @[ [[VZMacGraphicsDisplayConfiguration alloc]
        initWithWidthInPixels:width
               heightInPixels:height
                pixelsPerInch:NumberAt(graphics, @"pixelsPerInch").integerValue] ];
    return configuration;
  }
  if ([kind isEqualToString:@"virtio"]) {
    VZVirtioGraphicsDeviceConfiguration* configuration =
        [[VZVirtioGraphicsDeviceConfiguration alloc] init];
    configuration.scanouts =
        @[ [[VZVirtioGraphicsScanoutConfiguration alloc] initWithWidthInPixels:width
                                                                heightInPixels:height] ];
    return configuration;
  }
  RefuseMisuse("there is no graphics device " + ToUtf8(kind));
}

VZKeyboardConfiguration* KeyboardOf(NSString* kind) {
  if ([kind isEqualToString:@"usb"]) return [[VZUSBKeyboardConfiguration alloc] init];
#if defined(__arm64__)
  if ([kind isEqualToString:@"mac"]) return [[VZMacKeyboardConfiguration alloc] init];
#endif
  RefuseMisuse("this Mac has no keyboard " + ToUtf8(kind));
}

VZPointingDeviceConfiguration* PointerOf(NSString* kind) {
  if ([kind isEqualToString:@"usbScreen"]) {
    return [[VZUSBScreenCoordinatePointingDeviceConfiguration alloc] init];
  }
#if defined(__arm64__)
  if ([kind isEqualToString:@"macTrackpad"]) return [[VZMacTrackpadConfiguration alloc] init];
#endif
  RefuseMisuse("this Mac has no pointing device " + ToUtf8(kind));
}

VZVirtioSoundDeviceStreamConfiguration* StreamOf(TPObject* stream) {
  const BOOL usesHost = [TextAt(stream, @"end") isEqualToString:@"host"];
  if ([TextAt(stream, @"direction") isEqualToString:@"input"]) {
    VZVirtioSoundDeviceInputStreamConfiguration* input =
        [[VZVirtioSoundDeviceInputStreamConfiguration alloc] init];
    if (usesHost) input.source = [[VZHostAudioInputStreamSource alloc] init];
    return input;
  }
  VZVirtioSoundDeviceOutputStreamConfiguration* output =
      [[VZVirtioSoundDeviceOutputStreamConfiguration alloc] init];
  if (usesHost) output.sink = [[VZHostAudioOutputStreamSink alloc] init];
  return output;
}

void SetAudio(VZVirtualMachineConfiguration* configuration, NSArray<TPObject*>* described) {
  if (described.count == 0) return;
  NSMutableArray<VZVirtioSoundDeviceStreamConfiguration*>* streams = [NSMutableArray array];
  for (TPObject* stream in described) [streams addObject:StreamOf(stream)];
  VZVirtioSoundDeviceConfiguration* sound = [[VZVirtioSoundDeviceConfiguration alloc] init];
  sound.streams = streams;
  configuration.audioDevices = @[ sound ];
}

// Two pipes: what the guest says is drained at all times, or its console would stand still.
void SetSerial(TPBlueprint* blueprint) {
  NSPipe* fromGuest = [NSPipe pipe];
  NSPipe* toGuest = [NSPipe pipe];
  VZVirtioConsoleDeviceSerialPortConfiguration* port =
      [[VZVirtioConsoleDeviceSerialPortConfiguration alloc] init];
  port.attachment = [[VZFileHandleSerialPortAttachment alloc]
      initWithFileHandleForReading:toGuest.fileHandleForReading
              fileHandleForWriting:fromGuest.fileHandleForWriting];
  blueprint.configuration.serialPorts = @[ port ];
  blueprint.consoleOutput = fromGuest.fileHandleForReading;
  blueprint.consoleInput = toGuest.fileHandleForWriting;
  // Writing to a guest that is gone is an error, not the end of this process.
  fcntl(blueprint.consoleInput.fileDescriptor, F_SETNOSIGPIPE, 1);
}

VZConsoleDeviceConfiguration* Clipboard() {
  VZSpiceAgentPortAttachment* agent = [[VZSpiceAgentPortAttachment alloc] init];
  agent.sharesClipboard = YES;
  VZVirtioConsolePortConfiguration* port = [[VZVirtioConsolePortConfiguration alloc] init];
  port.name = VZSpiceAgentPortAttachment.spiceAgentPortName;
  port.attachment = agent;
  VZVirtioConsoleDeviceConfiguration* device = [[VZVirtioConsoleDeviceConfiguration alloc] init];
  device.ports[0] = port;
  return device;
}

VZDirectoryShare* FoldersOf(NSArray<TPObject*>* described) {
  NSMutableDictionary<NSString*, VZSharedDirectory*>* folders = [NSMutableDictionary dictionary];
  for (TPObject* folder in described) {
    // The share raises for a name that it does not like.
    NSString* name = [VZMultipleDirectoryShare canonicalizedNameFromName:TextAt(folder, @"name")];
    if (name == nil) RefuseMisuse("a shared folder's name cannot be used");
    folders[name] = [[VZSharedDirectory alloc] initWithURL:FileAt(folder, @"path")
                                                  readOnly:FlagAt(folder, @"readOnly")];
  }
  return [[VZMultipleDirectoryShare alloc] initWithDirectories:folders];
}

VZDirectoryShare* Rosetta() {
#if defined(__arm64__)
  NSError* error = nil;
  VZLinuxRosettaDirectoryShare* share = [[VZLinuxRosettaDirectoryShare alloc] initWithError:&error];
  if (share == nil) Refuse(error);
  return share;
#else
  RefuseMisuse("Rosetta is for Macs with Apple silicon");
#endif
}

VZDirectorySharingDeviceConfiguration* ShareOf(TPObject* share) {
  const BOOL isRosetta = [TextAt(share, @"kind") isEqualToString:@"rosetta"];
  NSString* tag =
      OptionalTextAt(share, @"tag") ?: VZVirtioFileSystemDeviceConfiguration.macOSGuestAutomountTag;
  NSError* error = nil;
  if (![VZVirtioFileSystemDeviceConfiguration validateTag:tag error:&error]) Refuse(error);
  VZVirtioFileSystemDeviceConfiguration* device =
      [[VZVirtioFileSystemDeviceConfiguration alloc] initWithTag:tag];
  device.share = isRosetta ? Rosetta() : FoldersOf(ObjectsAt(share, @"folders"));
  return device;
}

}  // namespace

void SetDevices(TPBlueprint* blueprint, TPObject* description) {
  VZVirtualMachineConfiguration* configuration = blueprint.configuration;
  TPObject* network = OptionalObjectAt(description, @"network");
  if (network != nil) configuration.networkDevices = @[ NetworkOf(network) ];
  TPObject* graphics = OptionalObjectAt(description, @"graphics");
  if (graphics != nil) configuration.graphicsDevices = @[ GraphicsOf(graphics) ];

  NSMutableArray<VZKeyboardConfiguration*>* keyboards = [NSMutableArray array];
  for (NSString* kind in TextsAt(description, @"keyboards")) [keyboards addObject:KeyboardOf(kind)];
  configuration.keyboards = keyboards;
  NSMutableArray<VZPointingDeviceConfiguration*>* pointers = [NSMutableArray array];
  for (NSString* kind in TextsAt(description, @"pointers")) [pointers addObject:PointerOf(kind)];
  configuration.pointingDevices = pointers;

  SetAudio(configuration, ObjectsAt(description, @"audio"));
  if (FlagAt(description, @"serial")) SetSerial(blueprint);
  if (FlagAt(description, @"entropy")) {
    configuration.entropyDevices = @[ [[VZVirtioEntropyDeviceConfiguration alloc] init] ];
  }
  if (FlagAt(description, @"balloon")) {
    configuration.memoryBalloonDevices =
        @[ [[VZVirtioTraditionalMemoryBalloonDeviceConfiguration alloc] init] ];
  }
  if (FlagAt(description, @"socket")) {
    configuration.socketDevices = @[ [[VZVirtioSocketDeviceConfiguration alloc] init] ];
  }
  if (FlagAt(description, @"clipboard")) configuration.consoleDevices = @[ Clipboard() ];

  NSMutableArray<VZDirectorySharingDeviceConfiguration*>* shares = [NSMutableArray array];
  for (TPObject* share in ObjectsAt(description, @"shares")) [shares addObject:ShareOf(share)];
  configuration.directorySharingDevices = shares;
}

}  // namespace torpor::vz
