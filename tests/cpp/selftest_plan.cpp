// Tests the planner (plan.h): the shapes that networks have, with what is expected of each, and
// thousands of random programs. Every plan also goes through plan_validator.h. One line a check;
// exit code 1 if any of them fails.
#include <chrono>
#include <cstdio>

#include "plan_validator.h"

namespace {

using namespace fastnn;
using Names = std::vector<std::string>;

int failures = 0;
void check(bool good, const std::string& what, const std::string& detail = "") {
  std::printf("%-6s  %s%s%s\n", good ? "ok" : "FAILED", what.c_str(), detail.empty() ? "" : ": ",
              detail.c_str());
  failures += !good;
}

// Every way to run a program: all parallel or all serial, in between, any freedom to move launches.
void check_valid(const Program& p, const char* what) {
  std::mt19937 random(1);
  std::string wrong;
  for (double serial : {0.0, 8000.0, 1e12})
    for (int lookback : {0, 1, 1000})
      for (bool remove_dead : {false, true})
        if (wrong.empty()) wrong = validate(p, {serial, remove_dead, lookback}, random);
  check(wrong.empty(), std::string(what) + ", against the validator", wrong);
}

Plan plan_of(const Program& p, PlanOptions options = {}) {
  return make_plan(p.buffers, p.launches, options);
}

std::string bytes_of(const Plan& plan) {
  return "slab " + std::to_string(plan.slab_bytes) + ", lower bound " +
         std::to_string(plan.lower_bound_bytes) + ", sum " + std::to_string(plan.sum_bytes) + ", " +
         std::to_string(plan.phases.size()) + " phases";
}

Names dead_launches(const Program& p, const Plan& plan) {
  Names names;
  for (size_t i = 0; i < p.launches.size(); ++i)
    if (plan.time[i] < 0)
      names.push_back(p.launches[i].name + std::string(".") + std::to_string(p.launches[i].stage));
  return names;
}

// ---- the shapes of networks

void gemm(Program& p, const char* name, int y, int a, int b, int bias, double flops) {
  const int64_t parts = std::clamp<int64_t>(static_cast<int64_t>(flops / 2e6), 1, 32);
  p.launch(name, 0, parts, flops / 100, {{'w', y}, {'r', a}, {'r', b}});
  if (bias >= 0) p.launches.back().accesses.push_back(p.all('r', bias));
}

// One training step of dense layers, as recorded: forward, loss, backward, Adam over all. Gradients
// are planned buffers, or (`flat`) neighbouring slices of one that exists outside.
Program mlp_step(const std::vector<int64_t>& units, int64_t n, bool flat) {
  Program p;
  const size_t layers = units.size() - 1;
  const int labels = p.input(n * 4);
  std::vector<int> h = {p.input(n * units[0] * 4)}, w, b;
  for (size_t l = 0; l < layers; ++l) {
    w.push_back(p.variable(units[l] * units[l + 1] * 4));
    b.push_back(p.variable(units[l + 1] * 4));
    h.push_back(p.planned(n * units[l + 1] * 4));
    gemm(p, "gemm", h[l + 1], h[l], w[l], b[l], 2.0 * n * units[l] * units[l + 1]);
  }
  const int loss = p.output(4), one = p.planned(4), partial = p.planned(256);
  const int probabilities = p.planned(n * units[layers] * 4);
  int dy = p.planned(n * units[layers] * 4);
  p.launch("softmax_cross_entropy_forward", 0, 2, 2000,
           {{'w', probabilities}, {'w', partial}, {'r', h[layers]}, {'r', labels}});
  p.launch("softmax_cross_entropy_forward", 1, 1, 20, {{'w', loss}, {'m', partial}});
  p.launch("fill", 0, 1, 10, {{'w', one}});
  p.launch("softmax_cross_entropy_backward", 0, 1, 300,
           {{'w', dy}, {'r', one}, {'r', probabilities}, {'r', labels}});

  int64_t gradient_bytes = 0;
  for (size_t l = 0; l < layers; ++l) gradient_bytes += (units[l] + 1) * units[l + 1] * 4;
  const int gradients = flat ? p.variable(gradient_bytes) : -1;
  std::vector<Access> adam;
  int64_t at = 0;
  const auto gradient = [&](int variable) {  // gives the last launch its output
    const int64_t bytes = p.buffers[variable].bytes;
    const Access g = flat ? Access{gradients, at, at + bytes, 'w'} : p.all('w', p.planned(bytes));
    at += bytes;
    p.launches.back().accesses.push_back(g);
    for (int slot : {variable, p.variable(bytes), p.variable(bytes)})
      adam.push_back(p.all('m', slot));
    adam.push_back({g.buffer, g.begin, g.end, 'r'});
  };
  for (size_t l = layers; l-- > 0;) {
    const int64_t k = units[l], m = units[l + 1];
    if (l + 1 < layers) {
      const int dz = p.planned(n * m * 4);
      p.launch("relu_backward", 0, 8, n * m * 0.2, {{'w', dz}, {'r', dy}, {'r', h[l + 1]}});
      dy = dz;
    }
    p.launch("gemm_dw", 0, 8, n * k * m * 0.02, {{'r', h[l]}, {'r', dy}});
    gradient(w[l]);
    const int sums = p.planned(4 * m * 4);
    p.launch("sum_to", 0, 4, n * m * 0.1, {{'w', sums}, {'r', dy}});
    p.launch("sum_to", 1, 1, m * 0.5, {{'m', sums}});
    gradient(b[l]);
    if (l == 0) break;
    const int dx = p.planned(n * k * 4);
    gemm(p, "gemm_dx", dx, dy, w[l], -1, 2.0 * n * k * m);
    dy = dx;
  }
  p.launch("adam_update", 0, 16, at * 0.1, {{'m', p.variable(8)}, {'r', p.variable(8)}});
  p.launches.back().accesses.insert(p.launches.back().accesses.end(), adam.begin(), adam.end());
  return p;
}

void test_mlp() {
  check_valid(mlp_step({6, 5, 5, 3}, 2, false), "MLP step");
  check_valid(mlp_step({6, 5, 5, 3}, 2, true), "MLP step, gradients in slices of one buffer");
  for (bool flat : {false, true}) {
    const Program p = mlp_step({784, 512, 512, 10}, 128, flat);
    const Plan plan = plan_of(p);
    check(plan.slab_bytes == plan.lower_bound_bytes && plan.slab_bytes < 0.7 * plan.sum_bytes,
          flat ? "784-512-512-10 b128, flat gradients, reaches the lower bound"
               : "784-512-512-10 b128, reaches the lower bound",
          bytes_of(plan));
    const int dw = plan.time[p.find("gemm_dw", 1)];
    check(dw == plan.time[p.find("gemm_dx", 1)] && dw == plan.time[p.find("sum_to", 2)] &&
              plan.time.back() == *std::max_element(plan.time.begin(), plan.time.end()),
          "dw, db and dx of a layer share a phase; Adam is last");
  }
  const Program deep = mlp_step(std::vector<int64_t>(21, 512), 128, false);
  const Plan moved = plan_of(deep), recorded = plan_of(deep, {8000, true, 0});
  check(moved.slab_bytes <= 1.02 * recorded.slab_bytes &&
            moved.phases.size() < recorded.phases.size(),
        "20x512: joining the phase before costs no memory",
        bytes_of(moved) + "; recorded order: " + bytes_of(recorded));
}

void test_branches() {
  Program diamond;
  const int x = diamond.input(1000), y = diamond.output(1000);
  const int a = diamond.planned(1000), b = diamond.planned(1000);
  diamond.launch("left", 0, 4, 9000, {{'w', a}, {'r', x}});
  diamond.launch("right", 0, 4, 9000, {{'w', b}, {'r', x}});
  diamond.launch("add", 0, 4, 9000, {{'w', y}, {'r', a}, {'r', b}});
  const Plan plan = plan_of(diamond);
  check(plan.time == std::vector<int>{0, 0, 1} && plan.slab_bytes == 3 * 1024,
        "diamond: both sides in one phase", bytes_of(plan));
  check_valid(diamond, "diamond");

  // h = f(x); y = h + g(h), and back: dh is written by the sum's backward and added to by g's.
  Program residual;
  const int in = residual.input(64), wf = residual.variable(64), wg = residual.variable(64);
  const int h = residual.planned(64), g = residual.planned(64), out = residual.output(64);
  const int dh = residual.planned(64), dwf = residual.planned(64), dwg = residual.planned(64);
  residual.launch("f", 0, 4, 9000, {{'w', h}, {'r', in}, {'r', wf}});
  residual.launch("g", 0, 4, 9000, {{'w', g}, {'r', h}, {'r', wg}});
  residual.launch("add", 0, 4, 9000, {{'w', out}, {'r', h}, {'r', g}});
  residual.launch("add_backward", 0, 4, 9000, {{'w', dh}, {'r', out}});
  residual.launch("g_dw", 0, 4, 9000, {{'w', dwg}, {'r', h}, {'r', out}});
  residual.launch("g_dx", 0, 4, 9000, {{'a', dh}, {'r', out}, {'r', wg}});
  residual.launch("f_dw", 0, 4, 9000, {{'w', dwf}, {'r', in}, {'r', dh}});
  residual.launch("update", 0, 4, 9000, {{'m', wf}, {'m', wg}, {'r', dwf}, {'r', dwg}});
  const Plan back = plan_of(residual);
  check(back.time == std::vector<int>{0, 1, 2, 3, 3, 4, 5, 6} &&
            back.slab_bytes == back.lower_bound_bytes,
        "residual branch: adding comes after writing", bytes_of(back));
  check_valid(residual, "residual branch");
}

void test_shared_weights() {
  Program p;
  const int x = p.input(640), w = p.variable(64), dw = p.planned(64), other = p.planned(64);
  p.launch("first", 0, 4, 9000, {{'w', dw}, {'r', x}});
  p.launch("second", 0, 4, 9000, {{'a', dw}, {'r', x}});
  p.launch("third", 0, 4, 9000, {{'a', dw}, {'r', x}});
  p.launch("unrelated", 0, 4, 9000, {{'w', other}, {'r', x}});
  p.launch("update", 0, 4, 9000, {{'m', w}, {'r', dw}, {'r', other}});
  check(plan_of(p).time == std::vector<int>{0, 1, 2, 1, 3},
        "shared weights: each sum after the one before it, others beside it");
  check_valid(p, "shared weights");
}

// The step of the discriminator: what would train the generator is recorded, and nobody wants it.
void test_dead_launches() {
  Program p;
  const int z = p.input(64), real = p.input(128), wg = p.variable(64), wd = p.variable(96);
  const int fake = p.planned(128), s_real = p.planned(16), s_fake = p.planned(16);
  const int loss = p.output(4), ds_real = p.planned(16), ds_fake = p.planned(16);
  const int dfake = p.planned(128), dreal = p.planned(128), packed = p.planned(96);
  const int dwd = p.planned(96), dwg = p.planned(64);
  p.launch("generator", 0, 4, 9000, {{'w', fake}, {'r', z}, {'r', wg}});
  p.launch("discriminator", 0, 4, 9000, {{'w', s_real}, {'r', real}, {'r', wd}});
  p.launch("discriminator", 0, 4, 9000, {{'w', s_fake}, {'r', fake}, {'r', wd}});
  p.launch("loss", 0, 1, 500,
           {{'w', loss}, {'w', ds_real}, {'w', ds_fake}, {'r', s_real}, {'r', s_fake}});
  p.launch("discriminator_dw", 0, 4, 9000, {{'w', dwd}, {'r', real}, {'r', ds_real}});
  p.launch("discriminator_dx", 0, 4, 9000, {{'w', dreal}, {'r', wd}, {'r', ds_real}});
  p.launch("discriminator_dw", 0, 4, 9000, {{'a', dwd}, {'r', fake}, {'r', ds_fake}});
  p.launch("discriminator_dx", 0, 1, 900, {{'w', packed}, {'r', wd}});
  p.launch("discriminator_dx", 1, 4, 9000, {{'w', dfake}, {'r', packed}, {'r', ds_fake}});
  p.launch("generator_dw", 0, 4, 9000, {{'w', dwg}, {'r', z}, {'r', dfake}});
  p.launch("adam_update", 0, 4, 9000, {{'m', wd}, {'r', dwd}});
  const Plan plan = plan_of(p);
  check(dead_launches(p, plan) == Names{"discriminator_dx.0", "discriminator_dx.0",
                                        "discriminator_dx.1", "generator_dw.0"} &&
            plan.offset[packed] < 0 && plan.offset[dfake] < 0,
        "GAN: launches for gradients that nobody wants die with their buffers", bytes_of(plan));
  check_valid(p, "GAN");
  p.launches[p.find("generator_dw")].keep = true;
  check(dead_launches(p, plan_of(p)) == Names{"discriminator_dx.0"},
        "GAN: a launch to keep keeps its sources");
  check_valid(p, "GAN with a launch to keep");

  Program fills;
  const int v = fills.variable(64);
  fills.launch("fill", 0, 1, 10, {{'w', v}});
  fills.launch("copy", 0, 1, 10, {{'w', v}, {'r', fills.input(64)}});
  check(dead_launches(fills, plan_of(fills)) == Names{"fill.0"},
        "a fill that is overwritten unread dies");
}

void test_serial() {
  Program p;
  std::vector<int> chain = {p.input(64)};
  for (int i = 0; i < 4; ++i) {
    chain.push_back(i < 3 ? p.planned(64) : p.output(64));
    p.launch("step", 0, 8, 2000, {{'w', chain[i + 1]}, {'r', chain[i]}});
  }
  Plan plan = plan_of(p);
  check(plan.phases.size() == 1 && !plan.phases[0].parallel && plan.slab_bytes == 128,
        "little work: one serial phase, and memory passes on inside it", bytes_of(plan));
  p.launches[1].nanoseconds = 8000;
  p.launches[2].nanoseconds = 8001;
  plan = plan_of(p);
  check(plan.phases.size() == 3 && plan.phases[1].parallel && plan.phases[1].first == 2,
        "parallel above the limit, not at it");
  p.launches[2].parts = 1;
  check(plan_of(p).phases.size() == 1, "one part is never parallel");
}

void test_unwritten() {
  Program p;
  const int half = p.planned(128), y = p.output(64), v = p.variable(64);
  p.launch("write", 0, 1, 10, {{'w', v}});
  p.launches.back().accesses.push_back({half, 0, 64, 'w'});
  p.launch("reader", 0, 1, 10, {{'w', y}, {'r', half}});
  const Plan plan = plan_of(p);
  const std::string text = dump(p.buffers, p.launches, plan);
  check(plan.unwritten.launch == 1 && plan.unwritten.access == 1 && plan.unwritten.byte == 64 &&
            plan.order.empty() && text.find("by reader,") != std::string::npos,
        "a read of what nothing wrote is reported", text.substr(0, text.size() - 1));
  p.launches[1].accesses[1].end = 64;
  check(!plan_of(p).unwritten, "a read of the written half is not");
  p.launches[1].accesses[0].role = 'a';
  check(plan_of(p).unwritten.access == 0, "adding to what nothing wrote is reported");
  p.launches.pop_back();
  const UnwrittenRead missing = plan_of(p).unwritten;
  check(missing.launch == -1 && missing.buffer == y, "an output that nothing writes is reported");
}

void test_dump_and_time() {
  const Program p = mlp_step({784, 512, 512, 10}, 128, false);
  const std::string table = dump(p.buffers, p.launches, plan_of(p));
  bool complete = true;
  for (const char* part :
       {"parallel", "serial", "gemm.0", "sum_to.1", "adam_update.0", "input", "variable",
        "planned @", "output @", "r #", "w #", "m #", "lower bound", "slab"})
    complete &= table.find(part) != std::string::npos;
  check(complete, "dump() names phases, launches, operands and memory");

  // It takes 1 to 2 ms. The limit only catches a mishap: sanitizers cost a factor of 100 or more.
  const Program deep = mlp_step(std::vector<int64_t>(168, 64), 32, false);
  double best = 1e9;
  for (int i = 0; i < 5; ++i) {
    const auto start = std::chrono::steady_clock::now();
    plan_of(deep);
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
    best = std::min(best, took.count());
  }
  check(best < 1000,
        std::to_string(deep.launches.size()) + " launches, " + std::to_string(deep.buffers.size()) +
            " buffers are planned in time",
        std::to_string(best) + " ms");
}

// ---- random programs

Program random_program(std::mt19937& random) {
  const auto below = [&](int n) { return static_cast<int>(random() % n); };
  Program p;
  const int buffers = 2 + below(12), launches = 1 + below(30);
  for (int b = 0; b < buffers; ++b) {
    const BufferKind kinds[] = {BufferKind::input, BufferKind::variable, BufferKind::output};
    const BufferKind kind = below(4) ? BufferKind::planned : kinds[below(3)];
    p.buffer(kind, below(20) ? 1 + below(300) : 0);
  }
  const bool careless = below(10) == 0;  // may read what nothing wrote
  std::vector<bool> written;
  for (const PlanBuffer& b : p.buffers) written.push_back(!in_slab(b));
  for (int i = 0; i < launches; ++i) {
    p.launches.push_back({"launch", 0, 1 + below(4), below(6000) * 1.0, {}, below(20) == 0});
    for (int n = 1 + below(4); n > 0; --n) {
      const int b = below(buffers);
      Access a = p.all(p.buffers[b].kind == BufferKind::input ? 'r' : "rrrrwwam"[below(8)], b);
      if (below(3) == 0) {
        a.begin = below(static_cast<int>(a.end) + 1);
        a.end = a.begin + below(static_cast<int>(a.end - a.begin) + 1);
      }
      if (!written[b] && !careless) {  // whole, or in two pieces
        p.launches.back().accesses.push_back({b, 0, a.begin, 'w'});
        a = {b, a.begin, p.buffers[b].bytes, 'w'};
      }
      p.launches.back().accesses.push_back(a);
    }
    for (const Access& a : p.launches.back().accesses) written[a.buffer] = true;
  }
  if (!careless)
    for (int b = 0; b < buffers; ++b)
      if (!written[b] && p.buffers[b].kind == BufferKind::output)
        p.launch("last", 0, 2, 900, {{'w', b}});
  return p;
}

void test_random_programs() {
  constexpr int kPrograms = 6000;
  int unwritten = 0, dead = 0, together = 0, moved = 0, wrong = 0;
  double slab = 0, bound = 0, sum = 0;
  std::string first;
  for (int seed = 0; seed < kPrograms; ++seed) {
    std::mt19937 random(seed);
    const Program p = random_program(random);
    const double serial[] = {0, 3000, 8000, 1e12};
    const int lookback[] = {0, 1, 1, 2, 1000};
    const PlanOptions options{serial[random() % 4], random() % 4 != 0, lookback[random() % 5]};
    const std::string problem = validate(p, options, random);
    if (!problem.empty() && wrong++ == 0) first = "seed " + std::to_string(seed) + ": " + problem;
    const Plan plan = plan_of(p, options);
    unwritten += static_cast<bool>(plan.unwritten);
    dead += !plan.unwritten && plan.order.size() < p.launches.size();
    moved += !std::is_sorted(plan.order.begin(), plan.order.end());
    for (const Phase& phase : plan.phases)
      together += phase.parallel && phase.last - phase.first > 1;
    slab += static_cast<double>(plan.slab_bytes);
    bound += static_cast<double>(plan.lower_bound_bytes);
    sum += static_cast<double>(plan.sum_bytes);
  }
  char text[200];
  std::snprintf(
      text, sizeof text,
      "%d programs: %d wrong, %d with an unwritten read, %d with dead launches, %d moved, %d "
      "shared phases; slab / bound %.4f, slab / sum %.2f",
      kPrograms, wrong, unwritten, dead, moved, together, slab / bound, slab / sum);
  check(wrong == 0, text, first);
  check(std::min({unwritten, dead, moved, together}) > kPrograms / 50 && slab < 1.02 * bound,
        "the random programs have enough of each, and little memory is lost");
}

}  // namespace

int main() {
  std::setvbuf(stdout, nullptr, _IOLBF, 1 << 12);  // a crash shows how far it came
  test_mlp();
  test_branches();
  test_shared_weights();
  test_dead_launches();
  test_serial();
  test_unwritten();
  test_dump_and_time();
  test_random_programs();
  std::printf("%d failed\n", failures);
  return failures ? 1 : 0;
}
