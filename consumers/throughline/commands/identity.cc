#include <memory>

#include "consumers/throughline/arguments.h"
#include "consumers/throughline/context.h"
#include "consumers/throughline/operator.h"
#include "consumers/throughline/session.h"
#include "consumers/throughline/show/identity_text.h"
#include "engine/base/clock.h"
#include "engine/contact/compact.h"

namespace throughline::cli {
namespace {

struct IdentityOptions {
  std::string first, second, grounds, role = "data_steward", by;
  std::vector<std::string> contacts;
  std::uint32_t most = 0;
  bool json = false, same = false, not_same = false, split = false;
};

Result<void> Fill(const std::string& typed, v1::PersonRecordRef& ref) {
  TL_ASSIGN(const v1::PersonRef person, ParsePerson(typed));
  ref.set_id(person.id());
  ref.set_scheme(person.scheme());
  ref.set_value(person.value());
  ref.set_scope(person.scope());
  return {};
}

Result<v1::IdentityAnswer> Ask(Session& session, const IdentityOptions& options) {
  v1::Request request;
  v1::IdentityRequest& question = *request.mutable_identity();
  question.set_most(options.most);
  if (!options.first.empty()) TL_TRY(Fill(options.first, *question.mutable_first()));
  if (!options.second.empty()) TL_TRY(Fill(options.second, *question.mutable_second()));
  TL_ASSIGN(v1::Response response, session.Ask(request));
  return response.identity();
}

int Show(Context& context, const IdentityOptions& options) {
  auto session = Session::Open(context.directory, context.brokers);
  if (!session) return Complain(context.terminal, session.error(), kUsage);
  auto answer = Ask(**session, options);
  if (!answer) return Complain(context.terminal, answer.error());
  const show::Style style{context.terminal.width, context.terminal.colour};
  context.terminal.out << (options.json ? contact::ToJson(*answer) + "\n"
                                        : show::IdentityText(*answer, style));
  return kOk;
}

// A record by its id, or by a reference: as the decision names it.
Result<v1::Reference> ReferenceOf(const std::string& typed) {
  TL_ASSIGN(const v1::PersonRef person, ParsePerson(typed));
  v1::Reference reference;
  if (!person.id().empty()) {
    reference.set_scheme("person-id");
    reference.set_value(person.id());
    return reference;
  }
  reference.set_scheme(person.scheme());
  reference.set_value(person.value());
  if (!person.scope().empty()) reference.set_authority(person.scope());
  return reference;
}

Result<v1::Contact> DecisionOf(const IdentityOptions& options, const std::string& decision) {
  v1::Contact contact = OperatorContact("identity", SystemClock().Now());
  contact.mutable_author()->set_role(options.role);
  if (!options.by.empty()) contact.mutable_author()->set_person_ref(options.by);
  v1::IdentityDecided& detail = *contact.mutable_identity_decided();
  TL_ASSIGN(*detail.mutable_first(), ReferenceOf(options.first));
  TL_ASSIGN(*detail.mutable_second(), ReferenceOf(options.second));
  detail.set_decision(decision);
  detail.set_grounds(options.grounds);
  for (const std::string& text : options.contacts) {
    TL_ASSIGN(*detail.add_contacts(), ParseContact(text));
  }
  return contact;
}

int Publish(Context& context, const IdentityOptions& options, const std::string& decision) {
  auto contact = DecisionOf(options, decision);
  if (!contact) return Complain(context.terminal, contact.error());
  return PublishAsOperator(context, *contact, "identity decision " + contact->contact_id());
}

int Decide(Context& context, const IdentityOptions& options) {
  const std::string decision = options.split ? "split" : options.same ? "same" : "not_same";
  return Publish(context, options, decision);
}

void AddRecords(CLI::App* command, IdentityOptions& options) {
  AddPersonOption(*command, "ONE", options.first)->required();
  AddPersonOption(*command, "OTHER", options.second)->required();
}

void AddGrounds(CLI::App* command, IdentityOptions& options) {
  command->add_option("--grounds", options.grounds, "Why: what was seen or asked")->required();
  command->add_option("--role", options.role, "As whom it is decided")
      ->check(CLI::IsMember({"data_steward", "safeguarding_lead"}));
  command->add_option("--by", options.by, "The worker's own reference, not the name");
}

}  // namespace

void AddIdentity(CLI::App& app, Context& context) {
  auto options = std::make_shared<IdentityOptions>();
  CLI::App* identity =
      AddCommand(app, context, "identity", "Which records are of one person", "", nullptr);

  CLI::App* suggestions = AddCommand(
      *identity, context, "suggestions", "Records that may be of one person, the likeliest first",
      "  throughline identity suggestions\n"
      "  throughline identity suggestions --person local-id:N-88121@police\n",
      [&context, options] { return Show(context, *options); });
  AddPersonOption(*suggestions, "--person", options->first);
  suggestions->add_option("--most", options->most, "At most so many (default 100)")
      ->check(CLI::Range(1, 10000));
  suggestions->add_flag("--json", options->json, "As JSON");

  CLI::App* explain =
      AddCommand(*identity, context, "explain", "What speaks for two records being of one person",
                 "  throughline identity explain nhs-number:9434765919 local-id:12@police\n",
                 [&context, options] { return Show(context, *options); });
  AddRecords(explain, *options);
  explain->add_flag("--json", options->json, "As JSON");

  CLI::App* decide = AddCommand(
      *identity, context, "decide", "Decide that two records are, or are not, of one person",
      "  throughline identity decide nhs-number:9434765919 local-id:12@police --same --grounds "
      "\"birth certificate seen\"\n"
      "  throughline identity decide local-id:12@police local-id:13@police --split --contact "
      "police:DA-7 --grounds \"two children under one number\"\n",
      [&context, options] { return Decide(context, *options); });
  AddRecords(decide, *options);
  auto* which = decide->add_option_group("decision");
  which->add_flag("--same", options->same, "They are one person");
  which->add_flag("--not-same", options->not_same, "They are not");
  which->add_flag("--split", options->split, "The contacts named of ONE are of OTHER");
  which->require_option(1);
  decide->add_option("--contact", options->contacts, "With --split: AGENCY:ID, as often as needed")
      ->check(ReadBy(ParseContact));
  AddGrounds(decide, *options);

  CLI::App* undo =
      AddCommand(*identity, context, "undo", "Take back that two records are of one person",
                 "  throughline identity undo nhs-number:9434765919 local-id:12@police --grounds "
                 "\"the number was mistyped\"\n",
                 [&context, options] { return Publish(context, *options, "undo_same"); });
  AddRecords(undo, *options);
  AddGrounds(undo, *options);
}

}  // namespace throughline::cli
