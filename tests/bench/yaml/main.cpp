// How fast plumb reads and writes YAML, as ratios to libyaml and yaml-cpp in one run.
//
//   yaml_bench [--data DIR] [--rounds N]   the tables: reading, emitting, memory, growth
//   yaml_bench --instructions              callgrind's count of instructions for three fixed texts
//
// CPU time of this thread, the best of N rounds (11), the candidates taking turns.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <time.h>

#include "base/parallel.h"
#include "inputs.h"
#include "rivals.h"
#include "yaml/emit.h"
#include "yaml/read.h"

using namespace plumb;
using bench::Input;

namespace {

constexpr std::size_t kMadeBytes = 2'000'000;
constexpr std::size_t kFixedBytes = 200'000;

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

double time_of(const std::function<void()>& work) {
  const double start = cpu_seconds();
  work();
  return cpu_seconds() - start;
}

double megabytes_per_second(std::size_t bytes, double seconds) {
  return static_cast<double>(bytes) / 1e6 / seconds;
}

// A text that stays, and its documents.
struct Loaded {
  SourceStore sources;
  SourceId id = 0;
  Arena arena;
  yaml::Stream stream;

  explicit Loaded(const Input& input, const yaml::Profile& profile = yaml::kKubernetesProfile) {
    id = sources.add(input.name, input.text);
    stream = yaml::read(sources, id, profile, arena);
  }
  std::vector<const yaml::Node*> roots() const {
    std::vector<const yaml::Node*> nodes;
    for (const yaml::Document& document : stream.documents) nodes.push_back(document.root);
    return nodes;
  }
};

// `out` is emptied, but keeps its memory: the price of growing it is nobody's.
void emit_all(std::string& out, const Loaded& loaded, const yaml::EmitProfile& profile) {
  out.clear();
  for (const yaml::Document& document : loaded.stream.documents) {
    if (!out.empty()) out += "---\n";
    yaml::emit_to(out, *document.root, profile);
  }
}

void read_row(const Input& input, int rounds) {
  SourceStore sources;
  const SourceId id = sources.add(input.name, input.text);
  double own = 1e9, libyaml = 1e9, yaml_cpp = 1e9;
  std::size_t memory = 0;
  for (int round = 0; round < rounds; ++round) {
    own = std::min(own, time_of([&] {
                     Arena arena;
                     yaml::read(sources, id, yaml::kKubernetesProfile, arena);
                     memory = arena.bytes();
                   }));
    libyaml = std::min(libyaml, time_of([&] { bench::read_with_libyaml(input.text); }));
    if (round < 3)
      yaml_cpp = std::min(yaml_cpp, time_of([&] { bench::read_with_yaml_cpp(input.text); }));
  }
  const std::size_t bytes = input.text.size();
  std::printf("| %-24s | %5.2f | %6.0f | %6.0f | %6.1f | %5.2f | %5.1f | %5.2f |\n",
              input.name.c_str(), static_cast<double>(bytes) / 1e6,
              megabytes_per_second(bytes, own), megabytes_per_second(bytes, libyaml),
              megabytes_per_second(bytes, yaml_cpp), libyaml / own, yaml_cpp / own,
              static_cast<double>(memory) / static_cast<double>(bytes));
}

void emit_row(const Input& input, const yaml::EmitProfile& profile, int rounds) {
  const Loaded loaded(input);
  double own = 1e9, libyaml = 1e9;
  double from_tree = 1e9;
  std::string out, libyaml_out;
  for (int round = 0; round < rounds; ++round) {
    own = std::min(own, time_of([&] { emit_all(out, loaded, profile); }));
    std::optional<bench::LibyamlEvents> events;
    const double make = time_of(
        [&] { events.emplace(loaded.roots(), profile.fold_width == 0 ? -1 : profile.fold_width); });
    const double emit = time_of([&] { events->emit(libyaml_out); });
    libyaml = std::min(libyaml, emit);
    from_tree = std::min(from_tree, make + emit);
  }
  const std::size_t bytes = out.size();
  std::printf("| %-24s | %-9s | %6.0f | %6.0f | %5.2f | %5.2f |\n", input.name.c_str(),
              std::string(profile.name).c_str(), megabytes_per_second(bytes, own),
              megabytes_per_second(bytes, libyaml), libyaml / own, from_tree / own);
}

double time_a_byte(const Input& input, int rounds, const std::function<void(Loaded&)>& work) {
  double best = 1e9;
  for (int round = 0; round < rounds; ++round) {
    best = std::min(best, time_of([&] {
                      Loaded loaded(input);
                      work(loaded);
                    }));
  }
  return best / static_cast<double>(input.text.size());
}

void growth_row(const bench::Growth& growth) {
  const auto read_only = [](Loaded&) {};
  const auto read_and_emit = [](Loaded& loaded) {
    std::string out;
    emit_all(out, loaded, yaml::kPlumbOutput);
  };
  const Input small{"small", growth.make(growth.size)};
  const Input large{"large", growth.make(growth.size * 4)};
  std::printf("| %-20s | %8zu | %8zu | %8.2f | %9.2f |\n", growth.name, small.text.size(),
              large.text.size(),
              time_a_byte(large, 5, read_only) / time_a_byte(small, 5, read_only),
              time_a_byte(large, 5, read_and_emit) / time_a_byte(small, 5, read_and_emit));
}

void print_tables(const std::string& data, int rounds) {
  std::vector<Input> inputs = bench::made_inputs(kMadeBytes);
  for (Input& input : bench::real_inputs(data)) inputs.push_back(std::move(input));
  std::puts(
      "| reading                  |    MB |  plumb | libyaml | yaml-cpp | to libyaml | to yaml-cpp "
      "| memory a byte |");
  std::puts("| --- | --- | --- | --- | --- | --- | --- | --- |");
  for (const Input& input : inputs) read_row(input, rounds);
  std::puts(
      "\n| emitting                 | profile   |  plumb | libyaml | to its emitter | to events "
      "and emitter |\n| --- | --- | --- | --- | --- | --- |");
  for (const Input& input : inputs) {
    for (const yaml::EmitProfile* profile : {&yaml::kPlumbOutput, &yaml::kKustomizeOutput})
      emit_row(input, *profile, rounds);
  }
  std::puts(
      "\n| growth by            | small, B | large, B | reading | and emitting |\n| --- | --- | "
      "--- | --- | --- |");
  for (const bench::Growth& growth : bench::kGrowths) growth_row(growth);
}

// ---- instructions ----

const std::vector<Input>& fixed_inputs() {
  static const std::vector<Input> inputs = bench::made_inputs(kFixedBytes);
  return inputs;
}

}  // namespace

// Named, so that callgrind can count inside it only.
extern "C" __attribute__((noinline)) void plumb_measured_read(const SourceStore* sources,
                                                              SourceId id) {
  Arena arena;
  yaml::read(*sources, id, yaml::kKubernetesProfile, arena);
}
extern "C" __attribute__((noinline)) void plumb_measured_emit(const void* loaded,
                                                              const yaml::EmitProfile* profile) {
  std::string out;
  emit_all(out, *static_cast<const Loaded*>(loaded), *profile);
  if (out.empty()) std::abort();
}

namespace {

void work_once(const Input& input, const std::string& what) {
  const Loaded loaded(input);
  if (what == "read") plumb_measured_read(&loaded.sources, loaded.id);
  if (what == "plumb") plumb_measured_emit(&loaded, &yaml::kPlumbOutput);
  if (what == "kustomize") plumb_measured_emit(&loaded, &yaml::kKustomizeOutput);
}

double counted(const std::string& program, std::size_t input, const std::string& what) {
  const std::string file = "/tmp/plumb-callgrind." + std::to_string(clock());
  const std::string command = "valgrind --tool=callgrind --callgrind-out-file=" + file +
                              " --toggle-collect='plumb_measured_*' " + program + " --once " +
                              what + " " + std::to_string(input) + " >/dev/null 2>&1";
  double instructions = 0;
  if (std::system(command.c_str()) == 0) {
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);) {
      if (line.starts_with("summary: ") || line.starts_with("totals: "))
        instructions = std::atof(line.c_str() + line.find(' '));
    }
  }
  std::remove(file.c_str());
  return instructions;
}

void print_instructions(const std::string& program) {
  std::puts(
      "| instructions a byte      | bytes  |  read | emit plumb | emit kustomize |\n| --- | --- | "
      "--- | --- | --- |");
  for (std::size_t i = 0; i < fixed_inputs().size(); ++i) {
    const Input& input = fixed_inputs()[i];
    const double bytes = static_cast<double>(input.text.size());
    std::printf("| %-24s | %6zu | %5.2f | %5.2f | %5.2f |\n", input.name.c_str(), input.text.size(),
                counted(program, i, "read") / bytes, counted(program, i, "plumb") / bytes,
                counted(program, i, "kustomize") / bytes);
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::string data = "../shared/data/real";
  int rounds = 11;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--instructions") return print_instructions(argv[0]), 0;
    if (argument == "--once" && i + 2 < argc) {
      work_once(fixed_inputs()[static_cast<std::size_t>(std::atoi(argv[i + 2]))], argv[i + 1]);
      return 0;
    }
    if (argument == "--data" && i + 1 < argc) data = argv[++i];
    if (argument == "--rounds" && i + 1 < argc) rounds = std::atoi(argv[++i]);
  }
  run_with_deep_stack([&] { print_tables(data, rounds); });
}
