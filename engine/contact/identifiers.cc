#include "engine/contact/identifiers.h"

#include <algorithm>
#include <array>
#include <utility>

namespace throughline::contact {
namespace {

// I, O and S are not used: they read as 1, 0 and 5.
constexpr std::string_view kUpnLetters = "ABCDEFGHJKLMNPQRTUVWXYZ";
constexpr std::size_t kNhsDigits = 10;
constexpr std::size_t kUpnCharacters = 13;
constexpr std::size_t kMaxUprnDigits = 12;
constexpr std::size_t kMaxAgencyName = 64;

// DfE numbers of local authorities from 1999 on, when UPNs began; 660 to 681 are Welsh, 702 schools
// of the forces abroad.
constexpr std::array<std::pair<int, int>, 34> kUpnAuthorities{
    {{201, 213}, {301, 320}, {330, 336}, {340, 344}, {350, 359}, {370, 373}, {380, 384},
     {390, 394}, {420, 420}, {660, 681}, {702, 702}, {800, 803}, {805, 808}, {810, 813},
     {815, 816}, {820, 823}, {825, 826}, {830, 831}, {835, 841}, {845, 846}, {850, 852},
     {855, 857}, {860, 861}, {865, 896}, {908, 909}, {916, 916}, {919, 919}, {921, 921},
     {925, 926}, {928, 929}, {931, 931}, {933, 933}, {935, 938}, {940, 943}}};

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsSpace(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

std::string WithoutPunctuation(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (IsSpace(c) || c == '-') continue;
    out += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return out;
}

std::string_view Trimmed(std::string_view text) {
  while (!text.empty() && IsSpace(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsSpace(text.back())) text.remove_suffix(1);
  return text;
}

bool AllDigits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), IsDigit);
}

bool AllAlike(std::string_view text) {
  return text.find_first_not_of(text.front()) == std::string_view::npos;
}

bool IsUprn(std::string_view text) {
  return AllDigits(text) && text.size() <= kMaxUprnDigits &&
         text.find_first_not_of('0') != std::string_view::npos;
}

bool IgnoresPunctuation(std::string_view scheme) {
  return scheme == "nhs-number" || scheme == "upn" || scheme == "former-upn";
}

}  // namespace

bool IsNhsNumber(std::string_view text) {
  const std::string digits = WithoutPunctuation(text);
  if (digits.size() != kNhsDigits || !AllDigits(digits) || AllAlike(digits)) return false;
  int sum = 0;
  for (int i = 0; i < 9; ++i) sum += (digits[static_cast<std::size_t>(i)] - '0') * (10 - i);
  const int check = 11 - sum % 11;
  // A check of 10 has no digit: such numbers are not issued.
  return check != 10 && (check == 11 ? 0 : check) == digits[9] - '0';
}

bool IsUpn(std::string_view text) {
  const std::string upn = WithoutPunctuation(text);
  if (upn.size() != kUpnCharacters || !AllDigits(std::string_view(upn).substr(1, 11))) return false;
  std::size_t sum = 0;
  for (std::size_t i = 1; i < 12; ++i) sum += (i + 1) * static_cast<std::size_t>(upn[i] - '0');
  // The last is a digit, or a letter on a temporary number.
  const std::size_t letter = kUpnLetters.find(upn[12]);
  if (!IsDigit(upn[12]) && letter == std::string_view::npos) return false;
  sum += 13 * (IsDigit(upn[12]) ? static_cast<std::size_t>(upn[12] - '0') : letter);
  return upn[0] == kUpnLetters[sum % kUpnLetters.size()];
}

bool HasKnownUpnAuthority(std::string_view upn) {
  const std::string compact = WithoutPunctuation(upn);
  if (compact.size() < 4 || !AllDigits(std::string_view(compact).substr(1, 3))) return false;
  const int authority = std::stoi(compact.substr(1, 3));
  return std::any_of(kUpnAuthorities.begin(), kUpnAuthorities.end(), [&](const auto& range) {
    return range.first <= authority && authority <= range.second;
  });
}

std::string Normalised(std::string_view scheme, std::string_view value) {
  return IgnoresPunctuation(scheme) ? WithoutPunctuation(value) : std::string(Trimmed(value));
}

std::string ScopeOf(const v1::Reference& reference, std::string_view agency,
                    std::string_view import) {
  static constexpr std::array<std::string_view, 5> kNational{"nhs-number", "upn", "former-upn",
                                                             "uprn", "pnc-id"};
  if (std::find(kNational.begin(), kNational.end(), reference.scheme()) != kNational.end()) {
    return {};
  }
  if (reference.scheme() == "review-role" && !import.empty()) return std::string(import);
  const std::string_view authority = Trimmed(reference.authority());
  return std::string(authority.empty() ? agency : authority);
}

std::optional<std::string> ReferenceFault(const v1::Reference& reference) {
  const std::string_view scheme = reference.scheme();
  if (Trimmed(reference.value()).empty()) return "it has no value";
  if (Trimmed(scheme).empty()) return "it has no scheme";
  if (scheme == "nhs-number" && !IsNhsNumber(reference.value())) {
    return "not an NHS number: ten digits whose check digit holds";
  }
  if ((scheme == "upn" || scheme == "former-upn") && !IsUpn(reference.value())) {
    return "not a UPN: thirteen characters whose check letter holds";
  }
  if (scheme == "uprn" && !IsUprn(Trimmed(reference.value()))) {
    return "not a UPRN: up to twelve digits";
  }
  return std::nullopt;
}

bool IsAgencyName(std::string_view name) {
  return !name.empty() && name.size() <= kMaxAgencyName &&
         std::all_of(name.begin(), name.end(),
                     [](char c) { return IsDigit(c) || c == '-' || (c >= 'a' && c <= 'z'); });
}

}  // namespace throughline::contact
