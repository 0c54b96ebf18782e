#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/stubs/logging.h>
#include <google/protobuf/wire_format_lite.h>

#include <optional>

#include "engine/base/utf8.h"
#include "engine/contact/validate.h"

namespace throughline::contact {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;

// Says why bytes are no contact, and where. Runs only on bytes that the parser has refused.
class Diagnosis {
 public:
  // Whether the fault was found in this message.
  bool In(std::string_view bytes, const Descriptor* type, const std::string& path, int depth) {
    if (depth > kMaxContactDepth)
      return Found(path, fmt::format("nested deeper than {}", kMaxContactDepth));
    CodedInputStream in(reinterpret_cast<const std::uint8_t*>(bytes.data()),
                        static_cast<int>(bytes.size()));
    in.SetRecursionLimit(kMaxContactDepth);
    while (const std::uint32_t tag = in.ReadTag()) {
      const FieldDescriptor* field =
          type->FindFieldByNumber(WireFormatLite::GetTagFieldNumber(tag));
      if (WireFormatLite::GetTagWireType(tag) != WireFormatLite::WIRETYPE_LENGTH_DELIMITED) {
        if (!WireFormatLite::SkipField(&in, tag)) return Found(path, "cut short or malformed");
        continue;
      }
      std::uint32_t length = 0;
      if (!in.ReadVarint32(&length) ||
          length > bytes.size() - static_cast<std::size_t>(in.CurrentPosition())) {
        return Found(path, "cut short or malformed");
      }
      const auto start = static_cast<std::size_t>(in.CurrentPosition());
      if (field != nullptr && OfField(bytes.substr(start, length), *field, path, depth)) {
        return true;
      }
      in.Skip(static_cast<int>(length));
    }
    return !in.ConsumedEntireMessage() && Found(path, "cut short or malformed");
  }

  const std::string& why() const { return why_; }

 private:
  bool OfField(std::string_view bytes, const FieldDescriptor& field, const std::string& path,
               int depth) {
    const std::string below = path.empty() ? field.name() : path + "." + field.name();
    if (field.type() == FieldDescriptor::TYPE_MESSAGE) {
      return In(bytes, field.message_type(), below, depth + 1);
    }
    return field.type() == FieldDescriptor::TYPE_STRING && !IsUtf8(bytes) &&
           Found(below, "text that is not UTF-8");
  }

  bool Found(const std::string& path, std::string_view what) {
    why_ = path.empty() ? std::string(what) : fmt::format("{}: {}", path, what);
    return true;
  }

  std::string why_;
};

}  // namespace

Result<v1::Contact> Decode(std::string_view bytes) {
  v1::Contact contact;
  TL_TRY(DecodeInto(bytes, contact));
  return contact;
}

Result<void> DecodeInto(std::string_view bytes, v1::Contact& contact) {
  if (bytes.size() > kMaxContactBytes) {
    return Fail(Code::kInvalid, "longer than {} bytes: {}", kMaxContactBytes, bytes.size());
  }
  // The library writes to standard error what is returned here.
  const google::protobuf::LogSilencer silence;
  CodedInputStream in(reinterpret_cast<const std::uint8_t*>(bytes.data()),
                      static_cast<int>(bytes.size()));
  in.SetRecursionLimit(kMaxContactDepth);
  if (contact.ParseFromCodedStream(&in) && in.ConsumedEntireMessage()) return {};
  Diagnosis diagnosis;
  diagnosis.In(bytes, v1::Contact::descriptor(), {}, 0);
  return Fail(Code::kInvalid, "not a contact: {}",
              diagnosis.why().empty() ? "cut short or malformed" : diagnosis.why());
}

}  // namespace throughline::contact
