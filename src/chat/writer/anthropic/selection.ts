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

/** A token is rarely fewer characters than this in what people write in git. */
export const CHARACTERS_A_TOKEN = 3;

export const estimateTokens = (characters: number): number =>
  Math.ceil(characters / CHARACTERS_A_TOKEN);

export const charactersOf = (blocks: readonly Block[]): number =>
  blocks.reduce((sum, { text }) => sum + text.length, 0);

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
  characters: number,
): { kept: readonly Block[]; dropped: number } => {
  // Sorting is stable: within a type the newest stay first.
  const ranked = [...blocks].sort((one, other) => rank(one) - rank(other));
  let room = characters;
  const chosen = new Set(ranked.filter(({ text }) => (room -= text.length) >= 0));
  const kept = blocks.filter((block) => chosen.has(block));
  const dropped = blocks
    .filter((block) => !chosen.has(block))
    .reduce((sum, { actions }) => sum + actions.length, 0);
  return { kept, dropped };
};

const rank = ({ actions: [lead] }: Block): number => (lead ? IMPORTANCE[lead.type] : 5);
