// Reads plain data from JavaScript (a MachineDescription, WindowOptions) by name. What is missing
// or of another type is a misuse that names the field, never a crash.
#pragma once

#import <Foundation/Foundation.h>
#include <napi.h>

NS_ASSUME_NONNULL_BEGIN

// A plain object of JSON.
typedef NSDictionary<NSString*, id> TPObject;

namespace torpor::vz {

// The argument as Foundation's plain objects.
TPObject* DescriptionArgument(const Napi::CallbackInfo& info, size_t index);

NSString* TextAt(TPObject* object, NSString* key);
NSString* _Nullable OptionalTextAt(TPObject* object, NSString* key);
NSNumber* NumberAt(TPObject* object, NSString* key);
BOOL FlagAt(TPObject* object, NSString* key);
TPObject* ObjectAt(TPObject* object, NSString* key);
TPObject* _Nullable OptionalObjectAt(TPObject* object, NSString* key);
NSArray<TPObject*>* ObjectsAt(TPObject* object, NSString* key);
NSArray<NSString*>* TextsAt(TPObject* object, NSString* key);
// Opaque bytes of the framework's, which are base64 in JavaScript.
NSData* BytesAt(TPObject* object, NSString* key);
NSData* BytesOf(NSString* base64);
NSString* Base64Of(NSData* bytes);
// A path is a file URL and never a URL that was parsed.
NSURL* FileAt(TPObject* object, NSString* key);

}  // namespace torpor::vz

NS_ASSUME_NONNULL_END
