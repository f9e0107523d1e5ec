#include "base/options.h"

#include <map>

#include <catch2/catch.hpp>

#include "base/file.h"
#include "base/options_text.h"
#include "base/test_dir.h"

using namespace glint;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

enum class Mode { kFast, kSafe };

struct Sample {
  bool flag = false;
  std::uint32_t count = 8;
  std::int64_t offset = -1;
  std::uint16_t port = 9292;
  std::string name = "n";
  std::string password;
  std::string dir = "/var/lib/$name";
  std::vector<std::string> items{"a", "b"};
  std::vector<std::string> many;
  std::uint64_t cap = 100ULL << 30;
  std::chrono::milliseconds wait{2000};
  Mode mode = Mode::kSafe;
  std::string top;
};

void addOptions(OptionTable& table, Sample& sample) {
  table.group("DEFAULT").text("top", sample.top, "Of the top.");
  table.group("sample", "A sample.")
      .boolean("flag", sample.flag, "A flag.")
      .integer("count", sample.count, "A count.", {.min = 1, .max = 64})
      .integer("offset", sample.offset, "An offset.")
      .port("port", sample.port, "A port.")
      .text("name", sample.name, "A name.")
      .secret("password", sample.password, "A password.")
      .path("dir", sample.dir, "A directory.")
      .list("items", sample.items, "Items.")
      .multi("many", sample.many, "Many values.")
      .size("cap", sample.cap, "A cap.", {.min = 1024})
      .duration("wait", sample.wait, "A wait.", {.min = 1ms, .max = 1h})
      .choice("mode", sample.mode, "A mode.", {{"fast", Mode::kFast}, {"safe", Mode::kSafe}})
      .oldName("name", "DEFAULT", "old_name")
      .oldName("count", "ancient", "number");
  table.ignored("DEFAULT", "backlog");
  table.ignored("profiler", "enabled");
  table.ignoredGroups({"reports"});
}

// Loads one file with that text.
struct Loaded {
  explicit Loaded(const std::string& text, std::map<std::string, std::string> environment = {},
                  std::vector<ConfigOverride> overrides = {}) {
    addOptions(table, sample);
    file = dir.file("f.conf");
    REQUIRE(writeFileAtomic(file, text));
    outcome = table.load({.sources = {{ConfigSource::Kind::kFile, file}},
                          .overrides = std::move(overrides),
                          .environment = [environment](const std::string& name) -> const char* {
                            const auto found = environment.find(name);
                            return found == environment.end() ? nullptr : found->second.c_str();
                          }});
  }
  // The errors without the directory of the file.
  std::string errors() const {
    std::string all;
    for (const std::string& error : outcome.errors) {
      const auto at = error.find(dir.path() + "/");
      all += (at == 0 ? error.substr(dir.path().size() + 1) : error) + "\n";
    }
    return all;
  }

  TestDir dir;
  std::string file;
  Sample sample;
  OptionTable table;
  ConfigOutcome outcome;
};

}  // namespace

TEST_CASE("Options: without sources the defaults stand", "[options]") {
  Loaded loaded("");
  REQUIRE(loaded.outcome.ok());
  CHECK(loaded.sample.count == 8);
  CHECK(loaded.sample.mode == Mode::kSafe);
  CHECK(loaded.sample.dir == "/var/lib/n");  // defaults are substituted too
  CHECK(loaded.table.find("SAMPLE", "count")->origin == "default");
  CHECK(loaded.table.find("sample", "cap")->default_text == "100G");
}

TEST_CASE("Options: every type is read", "[options]") {
  Loaded loaded(
      "[sample]\nflag = ON\ncount = 64\noffset = -7\nport = 0\nname = x y\npassword = s3cret\n"
      "items = a, b ,,c,\nmany = 1\nmany = 2\ncap = 1.5K\nwait = 1m\nmode = FAST\n");
  REQUIRE(loaded.errors().empty());
  const Sample& sample = loaded.sample;
  CHECK(sample.flag);
  CHECK(sample.count == 64);
  CHECK(sample.offset == -7);
  CHECK(sample.port == 0);
  CHECK(sample.name == "x y");
  CHECK(sample.items == std::vector<std::string>{"a", "b", "", "c"});
  CHECK(sample.many == std::vector<std::string>{"1", "2"});
  CHECK(sample.cap == 1536);
  CHECK(sample.wait == 1min);
  CHECK(sample.mode == Mode::kFast);
  CHECK(shownValue(*loaded.table.find("sample", "password")) == "***");
  CHECK(loaded.table.find("sample", "port")->origin == loaded.file + ":5");
}

TEST_CASE("Options: lists may stand in brackets, and be empty", "[options]") {
  CHECK(Loaded("[sample]\nitems = [x, y]").sample.items == std::vector<std::string>{"x", "y"});
  CHECK(Loaded("[sample]\nitems =").sample.items.empty());
  CHECK(Loaded("[sample]\nitems = []").sample.items.empty());
}

TEST_CASE("Options: a bad value names file, line, group and key", "[options]") {
  struct Row {
    const char* line;
    const char* message;
  };
  const auto row = GENERATE(values<Row>({
      {"flag = maybe", "[sample] flag: 'maybe' is neither true nor false"},
      {"count = 0", "[sample] count: 0 is less than 1"},
      {"count = 65", "[sample] count: 65 is more than 64"},
      {"count = many", "[sample] count: 'many' is not a whole number"},
      {"count =", "[sample] count: '' is not a whole number"},
      {"port = 65536", "[sample] port: '65536' is not a port (0…65535)"},
      {"cap = 100GX", "[sample] cap: '100GX' has the unknown unit 'gx' (known: B, K, M, G, T, P)"},
      {"cap = 1000", "[sample] cap: 1000 is less than 1K"},
      {"wait = 60", "[sample] wait: '60' lacks a unit (ms, s, m, h, d)"},
      {"wait = 2h", "[sample] wait: 2h is more than 1h"},
      {"mode = slow", "[sample] mode: 'slow' is not one of fast, safe"},
      {"colour = red", "[sample] colour: unknown option"},
      {"name = $nothing", "[sample] name: '$nothing' names no option"},
      {"name = ${sample.nothing}", "[sample] name: '$sample.nothing' names no option"},
      {"name = $DEFAULT.top", "[sample] name: '$DEFAULT.top' names no option"},
      {"name = $name", "[sample] name: '$' substitutions refer to each other in a circle"},
  }));
  CAPTURE(row.line);
  CHECK_THAT(Loaded(std::string("[sample]\n\n") + row.line).errors(),
             Contains(std::string("f.conf:3: ") + row.message + "\n"));
}

TEST_CASE("Options: a secret's value is in no message", "[options]") {
  Loaded loaded("[sample]\npassword = $hunter2");
  CHECK(loaded.errors() == "f.conf:2: [sample] password: its value is not acceptable\n");
}

TEST_CASE("Options: all errors come at once", "[options]") {
  Loaded loaded("[sample]\ncount = x\nflag = x\n[nobody]\na = 1\n");
  CHECK(loaded.errors() ==
        "f.conf:5: [nobody]: unknown group (at a)\n"
        "f.conf:3: [sample] flag: 'x' is neither true nor false\n"
        "f.conf:2: [sample] count: 'x' is not a whole number\n");
}

TEST_CASE("Options: malformed, missing and unreadable sources are errors", "[options]") {
  CHECK(Loaded("[sample\n").errors() == "f.conf:1: a group must end with ']': [sample\n");
  Sample sample;
  OptionTable table;
  addOptions(table, sample);
  const auto outcome = table.load({.sources = {{ConfigSource::Kind::kFile, "/nonexistent/f.conf"},
                                               {ConfigSource::Kind::kDirectory, "/nonexistent"}},
                                   .overrides = {},
                                   .environment = {}});
  REQUIRE(outcome.errors.size() == 2);
  CHECK(outcome.errors[0] == "open /nonexistent/f.conf: No such file or directory");
  CHECK(outcome.errors[1] == "/nonexistent: No such file or directory");
}

TEST_CASE("Options: `$` is replaced by other options' values", "[options]") {
  struct Row {
    const char* text;
    const char* value;
  };
  const auto row = GENERATE(values<Row>({
      {"[sample]\nname = $count", "8"},
      {"[sample]\nname = a${count}b", "a8b"},
      {"[sample]\nname = $top\n[DEFAULT]\ntop = t", "t"},
      {"[DEFAULT]\ntop = t\n[sample]\nname = x-${top}", "x-t"},
      {"[sample]\nname = $SAMPLE.port/x", "9292/x"},
      {"[sample]\nname = $$count \\$count", "$count $count"},
      {"[sample]\nname = 5$ $1 ${ ${count $", "5$ $1 ${ ${count $"},
      {"[sample]\nname = $cap\ncap = 64M", "64M"},
      {"[sample]\nname = $mode", "safe"},
  }));
  CAPTURE(row.text);
  Loaded loaded(row.text);
  REQUIRE(loaded.errors().empty());
  CHECK(loaded.sample.name == row.value);
}

TEST_CASE("Options: later lines win, the environment beats files, the command line beats it",
          "[options]") {
  const char* const text = "[sample]\ncount = 2\n[Sample]\ncount = 3\n";
  const std::map<std::string, std::string> environment{{"OS_SAMPLE__COUNT", "4"}};
  CHECK(Loaded(text).sample.count == 3);
  Loaded from_environment(text, environment);
  CHECK(from_environment.sample.count == 4);
  CHECK(from_environment.table.find("sample", "count")->origin == "environment OS_SAMPLE__COUNT");
  Loaded from_flag(text, environment, {{"--count", "sample", "count", "5"}});
  CHECK(from_flag.sample.count == 5);
  CHECK(Loaded("", {{"OS_SAMPLE__COUNT", "x"}}).errors() ==
        "environment OS_SAMPLE__COUNT: [sample] count: 'x' is not a whole number\n");
  CHECK(Loaded("", {}, {{"--count", "sample", "count", "x"}}).errors() ==
        "command line --count: [sample] count: 'x' is not a whole number\n");
}

TEST_CASE("Options: files of a directory come sorted, others are left alone", "[options]") {
  TestDir dir;
  REQUIRE(writeFileAtomic(dir.file("20.conf"), "[sample]\ncount = 20\nmany = c\n"));
  REQUIRE(writeFileAtomic(dir.file("10.conf"), "[sample]\ncount = 10\nmany = b\n"));
  REQUIRE(writeFileAtomic(dir.file("30.conf.old"), "[sample]\ncount = 30\n"));
  REQUIRE(writeFileAtomic(dir.file("first"), "[sample]\ncount = 1\nmany = a\n"));
  Sample sample;
  OptionTable table;
  addOptions(table, sample);
  const auto outcome = table.load({.sources = {{ConfigSource::Kind::kFile, dir.file("first")},
                                               {ConfigSource::Kind::kDirectory, dir.path()}},
                                   .overrides = {},
                                   .environment = {}});
  REQUIRE(outcome.ok());
  CHECK(sample.count == 20);
  CHECK(sample.many == std::vector<std::string>{"a", "b", "c"});
}

TEST_CASE("Options: what means nothing here is named once in a warning", "[options]") {
  Loaded loaded(
      "[DEFAULT]\nbacklog = 1\nbacklog = 2\n[profiler]\nenabled = 1\n"
      "[reports]\na = 2\nb = 3\n");
  REQUIRE(loaded.errors().empty());
  REQUIRE(loaded.outcome.warnings.size() == 1);
  CHECK(loaded.outcome.warnings[0] ==
        "options that have no meaning here are ignored: [DEFAULT] backlog (" + loaded.file +
            ":2); [profiler] enabled (" + loaded.file + ":5); [reports] a (" + loaded.file +
            ":7), b (" + loaded.file + ":8)");
  CHECK_FALSE(Loaded("[profiler]\nother = 1\n").errors().empty());
}

TEST_CASE("Options: an old name is read, with a warning, unless the new one is there",
          "[options]") {
  Loaded old("[DEFAULT]\nold_name = o\n[ancient]\nnumber = 7\n");
  REQUIRE(old.errors().empty());
  CHECK(old.sample.name == "o");
  CHECK(old.sample.count == 7);
  CHECK(old.outcome.warnings.size() == 2);
  Loaded both("[DEFAULT]\nold_name = o\n[sample]\nname = n2\n");
  CHECK(both.sample.name == "n2");
}

TEST_CASE("Options: help and documentation come from the table", "[options]") {
  Sample sample;
  sample.password = "s3cret";
  OptionTable table;
  addOptions(table, sample);
  const std::string help = helpText(table);
  CHECK_THAT(help, Contains("[sample]  A sample.\n"));
  CHECK_THAT(help, Contains("A count. (integer, 1…64; default 8)"));
  CHECK_THAT(help, Contains("A mode. (fast, safe; default safe)"));
  CHECK_THAT(help, !Contains("s3cret"));
  const std::string page = markdown(table);
  CHECK_THAT(page, Contains("### [sample]"));
  CHECK_THAT(page, Contains("| `cap` | size, ≥ 1K | `100G` | A cap. |"));
  CHECK_THAT(page, Contains("| `top` | text | none | Of the top. |"));
  CHECK_THAT(page, !Contains("s3cret"));
}

TEST_CASE("Options: an option, and how a group is called, make groups known", "[options]") {
  struct Named {
    std::string names;
    std::map<std::string, std::int64_t> weights;  // by group; nodes stay where they are
    std::int64_t shared = 1;
  } named;
  const auto addTo = [&named](OptionTable& table, const std::string& name) -> Status {
    if (table.hasGroup(name)) return fail(ErrorCode::kInvalidArgument, name + " is taken");
    std::int64_t& field = named.weights[name] = 1;
    table.group(name).fallback("shared").integer("weight", field, "A weight.");
    return {};
  };
  OptionTable table;
  table.group("DEFAULT").text("names", named.names, "Names.");
  table.group("shared").integer("weight", named.shared, "For all.");
  table.groupsNamedBy("DEFAULT", "names", [&](OptionTable& rows, const std::string& names) {
    return addTo(rows, names);
  });
  table.groupsBeginning("cors.", addTo);
  TestDir dir;
  const auto load = [&](const std::string& text, const char* environment = nullptr) {
    REQUIRE(writeFileAtomic(dir.file("f.conf"), text));
    return table.load({.sources = {{ConfigSource::Kind::kFile, dir.file("f.conf")}},
                       .overrides = {},
                       .environment = [environment](const std::string& name) {
                         return name == "OS_FAST__WEIGHT" ? environment : nullptr;
                       }});
  };

  SECTION("wherever they stand") {
    const auto outcome =
        load("[fast]\nweight = 5\n[cors.a]\nweight = 7\n[cors.a]\n[DEFAULT]\nnames = fast\n");
    REQUIRE(outcome.ok());
    CHECK(named.weights == std::map<std::string, std::int64_t>{{"fast", 5}, {"cors.a", 7}});
  }
  SECTION("what is not given comes from the group they share") {
    REQUIRE(load("[DEFAULT]\nnames = fast\n[shared]\nweight = 3\n").ok());
    CHECK(named.weights["fast"] == 3);
    CHECK(table.find("fast", "weight")->value_text == "3");
  }
  SECTION("the environment knows them too") {
    REQUIRE(load("[DEFAULT]\nnames = fast\n", "9").ok());
    CHECK(named.weights["fast"] == 9);
  }
  SECTION("others stay unknown") {
    const auto outcome = load("[DEFAULT]\nnames = fast\n[fast]\nspeed = 1\n[slow]\nweight = 1\n");
    REQUIRE(outcome.errors.size() == 2);
    CHECK_THAT(outcome.errors[0], Contains("[fast] speed: unknown option"));
    CHECK_THAT(outcome.errors[1], Contains("[slow]: unknown group"));
  }
  SECTION("what cannot be added is an error of the option") {
    const auto outcome = load("[DEFAULT]\nnames = shared\n");
    REQUIRE(outcome.errors.size() == 1);
    CHECK_THAT(outcome.errors[0], Contains("f.conf:2: [DEFAULT] names: shared is taken"));
  }
}
