#import "description.h"

#import "failure.h"

namespace torpor::vz {
namespace {

id Required(TPObject* object, NSString* key, Class type) {
  id value = object[key];
  if (![value isKindOfClass:type]) RefuseMisuse(ToUtf8(key) + " is missing or of another type");
  return value;
}

id Optional(TPObject* object, NSString* key, Class type) {
  id value = object[key];
  return value == nil || value == NSNull.null ? nil : Required(object, key, type);
}

NSArray* ListOf(TPObject* object, NSString* key, Class type) {
  NSArray* list = Required(object, key, NSArray.class);
  for (id value in list) {
    if (![value isKindOfClass:type]) RefuseMisuse(ToUtf8(key) + " holds another type");
  }
  return list;
}

}  // namespace

TPObject* DescriptionArgument(const Napi::CallbackInfo& info, size_t index) {
  if (!info[index].IsObject()) RefuseMisuse("a description must be an object");
  Napi::Object json = info.Env().Global().Get("JSON").As<Napi::Object>();
  Napi::Value text = json.Get("stringify").As<Napi::Function>().Call(json, {info[index]});
  const std::string utf8 = text.As<Napi::String>().Utf8Value();
  NSData* data = [NSData dataWithBytes:utf8.data() length:utf8.size()];
  NSError* error = nil;
  id object = [NSJSONSerialization JSONObjectWithData:data options:0 error:&error];
  if (object == nil) Refuse(error);
  if (![object isKindOfClass:NSDictionary.class]) RefuseMisuse("a description must be an object");
  return object;
}

NSString* TextAt(TPObject* object, NSString* key) { return Required(object, key, NSString.class); }

NSString* OptionalTextAt(TPObject* object, NSString* key) {
  return Optional(object, key, NSString.class);
}

NSNumber* NumberAt(TPObject* object, NSString* key) {
  return Required(object, key, NSNumber.class);
}

BOOL FlagAt(TPObject* object, NSString* key) { return NumberAt(object, key).boolValue; }

TPObject* ObjectAt(TPObject* object, NSString* key) {
  return Required(object, key, NSDictionary.class);
}

TPObject* OptionalObjectAt(TPObject* object, NSString* key) {
  return Optional(object, key, NSDictionary.class);
}

NSArray<TPObject*>* ObjectsAt(TPObject* object, NSString* key) {
  return ListOf(object, key, NSDictionary.class);
}

NSArray<NSString*>* TextsAt(TPObject* object, NSString* key) {
  return ListOf(object, key, NSString.class);
}

NSData* BytesAt(TPObject* object, NSString* key) { return BytesOf(TextAt(object, key)); }

NSData* BytesOf(NSString* base64) {
  NSData* bytes = [[NSData alloc] initWithBase64EncodedString:base64 options:0];
  if (bytes == nil) RefuseMisuse("this is no base64");
  return bytes;
}

NSString* Base64Of(NSData* bytes) { return [bytes base64EncodedStringWithOptions:0]; }

NSURL* FileAt(TPObject* object, NSString* key) {
  return [NSURL fileURLWithPath:TextAt(object, key)];
}

}  // namespace torpor::vz
