/** A content block: what it cites, and the bullets its text is in. */
interface CitingBlock {
  /** Nobody said that it began, so nobody will say that it ends. */
  readonly implied: boolean;
  readonly cited: Set<string>;
  readonly bullets: Set<number>;
  /** Where its last sign stood, even if no word of it did. */
  near?: number;
  /** It had text, if only outside of any bullet. */
  spoke: boolean;
}

/** A word, a number or a sign: what a source can stand behind, unlike a marker or a full stop. */
const TELLING = /[\p{L}\p{N}\p{S}]/u;

/**
 * Keeps which actions each content block cites, and in which bullets its text stands: a block's
 * citations belong to all of these, whichever of the two came first.
 */
export class BlockSources {
  private readonly blocks = new Map<number, CitingBlock>();

  open(index: number): void {
    this.blocks.set(index, newBlock(false));
  }

  /**
   * Text of the block was heard.
   * @param bullet Where it stands; undefined outside of any.
   * @returns what the bullet rests on for it.
   */
  speak(index: number, text: string, bullet: number | undefined): ReadonlySet<string> {
    let block = this.find(index);
    // Text behind a citation is other text where no block has a beginning.
    if (block.implied && block.cited.size > 0 && block.bullets.size > 0) {
      block = newBlock(true);
      this.blocks.set(index, block);
    }
    if (text.trim() === '') return NOTHING;
    block.spoke = true;
    if (bullet === undefined) return NOTHING;
    block.near = bullet;
    if (!TELLING.test(text)) return NOTHING;
    block.bullets.add(bullet);
    return block.cited;
  }

  /** @returns the bullets that rest on the actions, as far as they are known yet. */
  cite(index: number, actionIds: readonly string[]): ReadonlySet<number> {
    const { cited, bullets } = this.find(index);
    for (const id of actionIds) cited.add(id);
    return bullets;
  }

  /**
   * The block ends.
   * @param current The bullet that text would go to now.
   * @returns where its citations belong that found no bullet by its words.
   */
  close(index: number, current: number | undefined): { bullet: number; ids: string[] } | undefined {
    const { cited, bullets, near, spoke } = this.find(index);
    const bullet = near ?? (spoke ? undefined : current);
    if (bullet === undefined || bullets.size > 0) return undefined;
    bullets.add(bullet);
    return { bullet, ids: [...cited] };
  }

  private find(index: number): CitingBlock {
    const known = this.blocks.get(index);
    if (known) return known;
    const block = newBlock(true);
    this.blocks.set(index, block);
    return block;
  }
}

const NOTHING: ReadonlySet<string> = new Set();

const newBlock = (implied: boolean): CitingBlock => ({
  implied,
  cited: new Set(),
  bullets: new Set(),
  spoke: false,
});
