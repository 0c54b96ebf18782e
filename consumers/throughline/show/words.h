#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/uk_time.h"
#include "throughline/v1/chronology.pb.h"
#include "throughline/v1/contact.pb.h"

// Codes, dates and names as a practitioner reads them. Pure.
namespace throughline::show {

// parent_carer: "parent carer". Codes with capitals or digits stay as they are.
std::string Words(std::string_view code);
// With its first letter a capital.
std::string Capital(std::string text);
// domestic_abuse_callout: "Domestic abuse call-out"; newer_kind_2101: "A newer kind (2101)".
std::string KindWords(std::string_view kind);

// 14 Nov 2026; Sat 14 Nov 2026; Sat 14 Nov 2026 23:40.
std::string DayWords(Day day);
std::string WeekdayWords(Day day);
std::string MinuteWords(Millis instant);
// The day of a UTC instant as answers hold it; empty if it is none.
std::string DayOfText(std::string_view utc);

// "about May 2011", "between May and Jul 2011", "Sat 14 Nov 2026 23:40", "date not known". Without
// the year where `but_year` is it (0: always with).
std::string TimeWords(const v1::UncertainTime& time, int but_year = 0);
// The same without the day of the week.
std::string DateWords(const v1::UncertainTime& time);
// When an agency came to know, as the contact that shows it says, "date not known" included; the
// day on which that was known here where it is not known which contact that was.
std::string KnewWords(const v1::KnownBy& by);

// "3 days", "5 weeks", "8 months", "2 years": the largest that fits, rounded down.
std::string SpanWords(Millis span);
std::string Counted(std::uint64_t count, std::string_view one, std::string_view many = {});

// A subject by name, as far as the contact gives one; else by its label.
std::string SubjectName(const v1::Contact& contact, std::string_view label);
// A field's path as a person reads it: subjects[1].demographics.date_of_birth is "date of birth
// (Mother)", concerns[0].impact_on_child "impact on child (concern 1)".
std::string FieldWords(const v1::Contact& contact, std::string_view path);
// "police DA-11873"; without the agency where it is the sender's own.
std::string RefWords(const v1::ContactRef& ref, std::string_view sender);

}  // namespace throughline::show
