// Turns a failure into "kernel: file:line: block (..) thread (..): what". What waits (barriers,
// warp operations) knows its line; that of a load or store, and the kernel's name, come from the
// debug information (-g1), which addr2line reads, once for each error. Where there is no addr2line
// they are offsets in the module.
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "machine.h"

namespace emulation {

namespace {

struct Frame {
  std::string function, place;  // place: file:line
};

// The frame of an offset in this module; of inlined functions the innermost that is not the
// emulation's.
Frame look_up(uintptr_t offset) {
  char text[64];
  snprintf(text, sizeof text, "+0x%zx", static_cast<size_t>(offset));
  Frame frame{"", text};
  Dl_info module;
  if (!dladdr(__ehdr_start, &module)) return frame;
  std::string command = "addr2line -fCi -e '";
  for (const char* c = module.dli_fname; *c; ++c)
    command += *c == '\'' ? std::string("'\\''") : std::string(1, *c);
  command += std::string("' ") + (text + 1) + " 2>/dev/null";
  FILE* pipe = popen(command.c_str(), "r");
  if (!pipe) return frame;
  char function[4096], place[4096];
  while (fgets(function, sizeof function, pipe) && fgets(place, sizeof place, pipe)) {
    function[strcspn(function, "\n")] = 0;
    place[strcspn(place, "\n")] = 0;
    if (char* more = strstr(place, " (discriminator")) *more = 0;
    if (place[0] == '?') continue;
    frame = {function, place};
    if (!strstr(place, "/cuda/device.h:") && !strstr(place, "/cuda/emulation/")) break;
  }
  pclose(pipe);
  return frame;
}

// "void a::b::name<int, (C)1>(float*, int)" -> "name<int, (C)1>"
std::string short_name(const std::string& signature) {
  size_t end = signature.size();
  if (end && signature[end - 1] == ')') {  // the parameters
    int depth = 0;
    do {
      --end;
      depth += signature[end] == ')' ? 1 : signature[end] == '(' ? -1 : 0;
    } while (depth && end);
  }
  size_t begin = end;
  int depth = 0;
  while (begin) {
    const char c = signature[begin - 1];
    depth += c == '>' || c == ')' ? 1 : c == '<' || c == '(' ? -1 : 0;
    if (depth == 0 && (c == ':' || c == ' ')) break;
    --begin;
  }
  return signature.substr(begin, end - begin);
}

std::string triple(const char* name, const uint3& i) {
  char text[64];
  snprintf(text, sizeof text, "%s (%u,%u,%u)", name, i.x, i.y, i.z);
  return text;
}

}  // namespace

std::string describe_kernel(const void* kernel) {
  const Frame frame = look_up(address(kernel) - module_begin());
  return (frame.function.empty() ? "kernel" : short_name(frame.function)) + ": " + frame.place;
}

std::string describe_failure() {
  const Frame kernel = look_up(address(machine.launch.kernel) - module_begin());
  std::string place;
  if (machine.error_place) {
    place = look_up(machine.error_place - 1).place;  // it is a return address
  } else if (machine.error_site.file) {
    place = std::string(machine.error_site.file) + ":" + std::to_string(machine.error_site.line);
  }
  std::string what = machine.error;
  if (const size_t at = what.find('@'); machine.other_place && at != std::string::npos) {
    what.replace(at, 1, look_up(machine.other_place - 1).place);
  }
  return (kernel.function.empty() ? "kernel " + kernel.place : short_name(kernel.function)) + ": " +
         place + ": " + triple("block", machine.block) + " " +
         triple("thread", machine.self->index) + ": " + what;
}

}  // namespace emulation
