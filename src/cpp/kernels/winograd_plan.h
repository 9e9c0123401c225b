// How a convolution by Winograd's algorithm falls into blocks, from the shapes and settings alone.
#pragma once
#include "conv2d_plan.h"
#include "winograd.h"

namespace fastnn::FASTNN_ISA {

// Of a block's tiles at the points: half a second cache, but more if the weights come from memory.
constexpr int64_t kBlockBytes = 448 << 10, kFarBlockBytes = 4 << 20;
constexpr int64_t kMostBlockTiles = 48;
// Of a tile's outputs at a time: as wide as a product's tile, which then reads the weights as one
// stream. With AVX2 four tiles beside each other took 3 times as long where these come from the
// third cache.
constexpr int64_t kGroupBytes = kConvVectors * kVectorBytes > 64 ? kConvVectors * kVectorBytes : 64;
// Channels of the weights at a time: with the group's columns half a first cache. 32 pictures of
// 16x16x128 to 128 channels take 7.3 ms instead of 9.
constexpr int64_t kBlockDepth = 64;
// Weights at the points that are kept. From the third cache they come as fast as they are needed:
// 256 to 256 channels of 56x56 pixels, which have 9.4 MB, take 10.5 ms, not kept 13.
constexpr int64_t kMostPointBytes = 10 << 20;
// Weights that are not kept are made for so many tiles.
constexpr int64_t kSlicedBytes = 1200 << 10, kMostSlicedTiles = 128;
constexpr int64_t kInputTiles = 8;  // of the inputs that are, in a part

// Forward, or back to x. The weights at the points lie in blocks of columns and of rows: a block is
// read for each tile from the first cache. Where they are more than the caches hold, they are not
// kept: the inputs of all tiles go to the points first, and then each block of the weights just
// before it is used, for many tiles.
struct WinogradPlan : Walk {
  int64_t R, bytes, phases;
  int64_t sets;  // of weights: of all residues, also those that a small picture has no phase for
  int64_t stack, depth;  // phases whose inputs lie side by side, and the channels of all
  TileGrid grid;
  int64_t vectors, group_vectors, groups;  // of the outputs: all, at a time
  int64_t depth_blocks, block_depth;
  int64_t u_row, u_step;  // a block of weights: from input channel to channel, point to point
  int64_t v_row, m_row;   // inputs and products: from tile to tile
  bool sliced;            // the weights are not kept
  TileBlocks blocks;
  int64_t v_step, m_step;              // from point to point
  double in_nanoseconds, nanoseconds;  // of the inputs to the points, of all

  __attribute__((noinline)) WinogradPlan(const Convolution& conv, bool to_x, int64_t taps,
                                         int64_t bytes_)
      : Walk(conv, to_x),
        R(taps),
        bytes(bytes_),
        phases(phase_count_h() * phase_count_w()),
        sets(back ? c.stride_h * c.stride_w : 1),
        stack(back ? 1 : c.stride_h * c.stride_w),
        depth(stack * in_C),
        grid(kPoints + 1 - R, c.N, count_i, count_j),
        vectors(blocks_of(L(), out_C)),
        group_vectors(smaller(vectors, kGroupBytes / kVectorBytes)),
        groups(blocks_of(group_vectors, vectors)),
        depth_blocks(blocks_of(kBlockDepth, depth)),
        block_depth(blocks_of(depth_blocks, depth)),
        u_row(group_vectors * L()),
        u_step(odd_lines(block_depth * u_row, bytes)),
        v_row(odd_lines(depth - in_C + blocks_of(L(), in_C) * L(), bytes)),
        m_row(group_vectors * L()),
        sliced(many_weights() &&
               phases * kSquarePoints * grid.count * v_row * bytes <= kMostKeptBytes),
        blocks(grid.count, kSquarePoints * ((sliced ? 0 : v_row) + m_row) * bytes, rows(),
               sliced           ? kSlicedBytes
               : many_weights() ? kFarBlockBytes
                                : kBlockBytes,
               sliced ? kMostSlicedTiles : kMostBlockTiles) {
    v_step = odd_lines((sliced ? grid.count : blocks.each) * v_row, bytes);
    m_step = odd_lines(blocks.each * m_row, bytes);
    const double tiles = static_cast<double>(phases * grid.count);
    in_nanoseconds = tiles * static_cast<double>(stack * blocks_of(L(), in_C)) * kToPoints;
    nanoseconds = tiles * winograd_tile_nanoseconds(in_C, stack, out_C, bytes);
  }
  FASTNN_INLINE bool many_weights() const { return weights_size() * bytes > kMostPointBytes; }
  FASTNN_INLINE int64_t L() const { return kVectorBytes / bytes; }
  FASTNN_INLINE int64_t rows() const { return kConvRows[smaller(kConvVectors, group_vectors)]; }
  FASTNN_INLINE int64_t input_blocks() const { return blocks_of(kInputTiles, grid.count); }
  FASTNN_INLINE int64_t kept_units() const {
    return sliced ? phases * input_blocks() : sets * depth;
  }
  FASTNN_INLINE int64_t units() const { return phases * blocks.count * (sliced ? groups : 1); }
  FASTNN_INLINE int64_t turned_size() const {
    return back ? blocks_of(128, c.KH * c.KW * c.C * c.F * bytes) * 128 / bytes : 0;
  }
  // At the points: a block of weights, all of them, where one lies; the inputs of a phase.
  FASTNN_INLINE int64_t block_size() const { return kSquarePoints * u_step; }
  FASTNN_INLINE int64_t weights_size() const { return sets * groups * depth_blocks * block_size(); }
  FASTNN_INLINE int64_t block_at(int64_t set, int64_t group, int64_t k) const {
    return ((set * groups + group) * depth_blocks + k) * block_size();
  }
  FASTNN_INLINE int64_t inputs_size() const { return kSquarePoints * v_step; }
  FASTNN_INLINE int64_t zeros_size() const {
    return kPoints * (back ? 1 : c.stride_w) * blocks_of(L(), in_C) * L();
  }
  FASTNN_INLINE int64_t kept_size() const {
    return sliced ? phases * inputs_size() : weights_size();
  }
  FASTNN_INLINE int64_t slice_size() const {
    return (sliced ? block_size() : inputs_size()) + kSquarePoints * m_step + zeros_size();
  }
  FASTNN_INLINE int64_t stages() const { return back ? 3 : 2; }
};

}  // namespace fastnn::FASTNN_ISA
