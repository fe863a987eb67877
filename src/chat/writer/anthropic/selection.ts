import type { Action } from '../../../providers/action.js';
import { UnitCollector } from '../extractive/unit.js';
import type { Condensed } from '../recap.writer.js';
import { type Block, blockOf, foldedBlock } from './block.js';

/** What a request has room for. */
export interface Selection {
  readonly blocks: readonly Block[];
  /** Merges, bots and unfinished work that made room for the rest. */
  readonly noise: number;
  readonly condensed?: Condensed;
}

/**
 * A token is rarely fewer bytes of UTF-8 than this in what people write in git. Characters would not
 * do: of Chinese, Japanese or Korean each is about a token.
 */
export const BYTES_A_TOKEN = 3;

export const estimateTokens = (bytes: number): number => Math.ceil(bytes / BYTES_A_TOKEN);

export const bytesOf = (blocks: readonly Block[]): number =>
  blocks.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);

/** Ever shorter ways of telling the same actions; all but the last tell of every one that is no noise. */
export function* shorterAndShorter(actions: readonly Action[]): Generator<Selection> {
  for (const length of [2_000, 400]) {
    yield { blocks: actions.map((action) => blockOf(action, length)), noise: 0 };
  }
  const { units, noise } = unitsOf(actions);
  for (const length of [400, 0]) {
    yield { blocks: units.map((unit) => foldedBlock(unit, length)), noise };
  }
}

/**
 * The input tokens that a reply about these actions may take, rather too many: beside the request
 * itself what condensing reads and writes, where it takes that.
 * @param room The tokens that the actions may take of one request.
 */
export const estimateInput = (actions: readonly Action[], room: number): number => {
  const sizes: number[] = [];
  for (const { blocks } of shorterAndShorter(actions)) {
    const size = estimateTokens(bytesOf(blocks));
    if (size <= room) return sizes.length === 0 ? size : room;
    sizes.push(size);
  }
  return (sizes.at(-1) ?? 0) + 2 * room;
};

/** Commits folded into their pull requests, and all but noise unless there is nothing else. */
const unitsOf = (actions: readonly Action[]): { units: (readonly Action[])[]; noise: number } => {
  const collector = new UnitCollector();
  for (const action of actions) collector.add(action);
  const units = collector.collect();
  const telling = units.filter(({ noise }) => !noise);
  const kept = telling.length > 0 ? telling : units;
  const count = kept.reduce((sum, unit) => sum + unit.actions.length, 0);
  return { units: kept.map((unit) => unit.actions), noise: actions.length - count };
};

const IMPORTANCE: Readonly<Record<Action['type'], number>> = {
  release: 0,
  pull_request: 1,
  issue: 2,
  commit: 3,
  review: 4,
};

/**
 * As many blocks as fit: releases and pull requests stay before issues, commits and reviews, and the
 * newest of each.
 */
export const keepImportant = (
  blocks: readonly Block[],
  bytes: number,
): { kept: readonly Block[]; dropped: number } => {
  // Sorting is stable: within a type the newest stay first.
  const ranked = [...blocks].sort((one, other) => rank(one) - rank(other));
  let room = bytes;
  const chosen = new Set(ranked.filter(({ text }) => (room -= Buffer.byteLength(text)) >= 0));
  const kept = blocks.filter((block) => chosen.has(block));
  const dropped = blocks
    .filter((block) => !chosen.has(block))
    .reduce((sum, { actions }) => sum + actions.length, 0);
  return { kept, dropped };
};

const rank = ({ actions: [lead] }: Block): number => (lead ? IMPORTANCE[lead.type] : 5);
