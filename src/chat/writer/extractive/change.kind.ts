/** What sort of change a title speaks of; `other` where it does not tell. */
export const CHANGE_KINDS = [
  'release',
  'feature',
  'fix',
  'security',
  'performance',
  'deprecation',
  'removal',
  'revert',
  'refactoring',
  'other',
  'documentation',
  'translation',
  'test',
  'issue',
  'review',
  'build',
  'ci',
  'chore',
  'dependencies',
] as const;
export type ChangeKind = (typeof CHANGE_KINDS)[number];

/** What only those who work on the project meet. It comes behind all that its users meet. */
export const UPKEEP: ReadonlySet<ChangeKind> = new Set([
  'documentation',
  'translation',
  'test',
  'issue',
  'review',
  'build',
  'ci',
  'chore',
  'dependencies',
]);

const words = (table: Partial<Record<ChangeKind, string>>): ReadonlyMap<string, ChangeKind> =>
  new Map(
    Object.entries(table).flatMap(([kind, list]) =>
      list.split(' ').map((word): [string, ChangeKind] => [word, kind as ChangeKind]),
    ),
  );

/** The types of Conventional Commits (https://www.conventionalcommits.org) and their usual spellings. */
export const TYPES = words({
  feature: 'feat feature features enhancement',
  fix: 'fix fixes bugfix hotfix bug',
  security: 'security sec',
  performance: 'perf performance',
  removal: 'remove removal',
  deprecation: 'deprecate deprecation deprecated',
  refactoring: 'refactor refactoring cleanup',
  documentation: 'docs doc documentation changelog readme',
  translation: 'l10n po translation translations',
  test: 'test tests testing',
  build: 'build',
  ci: 'ci',
  chore: 'chore chores misc style lint release version automated',
  dependencies: 'deps dep',
  revert: 'revert',
});

/** NumPy's, which the scientific projects share: https://numpy.org/devdocs/dev/development_workflow.html */
export const ACRONYMS = words({
  feature: 'ENH FEAT',
  fix: 'BUG FIX',
  security: 'SEC',
  performance: 'PERF',
  deprecation: 'DEP',
  documentation: 'DOC',
  test: 'TST TEST BENCH',
  build: 'BLD',
  ci: 'CI',
  chore: 'MAINT MNT STY TYP DEV REL',
  revert: 'REV',
});

/** The first words of titles written freely, in the languages met most. */
export const VERBS = words({
  feature:
    'add adds added adding implement implements implemented introduce introduces introduced support supports allow allows enable enables create creates created provide provides expose exposes ' +
    'ajoute ajout ajouter implémente añade añadir agrega agregar adiciona adicionar füge hinzugefügt ergänze добавить добавлен добавлена',
  fix:
    'fix fixes fixed fixing repair resolve resolves resolved correct corrects corrected prevent prevents avoid avoids handle handles ' +
    'corrige corriger correction arregla arreglar corregir corrigir behebe behebt korrigiere исправить исправлен исправлено',
  performance: 'optimize optimizes optimized optimise speed accelerate optimiere optimiza',
  deprecation: 'deprecate deprecates deprecated deprecating',
  removal:
    'remove removes removed removing delete deletes deleted drop drops dropped supprime supprimer elimina eliminar entferne entfernt удалить удалён удалена',
  refactoring:
    'refactor refactors refactored rename renames renamed move moves moved clean cleanup simplify simplifies extract split rewrite restructure reorganize inline tidy factor',
  documentation: 'document documents documented readme documente dokumentiere',
  test: 'test tests testing xfail',
});

/** Scripts without spaces have their verb at the beginning (Chinese) or at the end (Japanese, Korean). */
const UNSPACED: readonly (readonly [ChangeKind, RegExp])[] = [
  ['fix', /^(?:修复|修正|解决)|(?:修正|修復|수정)$/u],
  ['feature', /^(?:新增|添加|增加|支持)|(?:追加|추가)$/u],
  ['removal', /^(?:删除|移除)|(?:削除|삭제)$/u],
  ['performance', /^(?:优化性能|性能优化)/u],
  ['refactoring', /^重构|リファクタリング$/u],
  ['documentation', /^(?:文档|更新文档)/u],
  ['test', /^测试/u],
  ['dependencies', /^(?:升级|更新)依赖/u],
];

/** The kind that the verb of a freely written title tells. */
export const kindOfVerb = (text: string): ChangeKind | undefined => {
  const verb = /^\p{L}+/u.exec(text)?.[0].toLowerCase() ?? '';
  return VERBS.get(verb) ?? UNSPACED.find(([, pattern]) => pattern.test(text))?.[0];
};

/** https://gitmoji.dev, the ones that tell a kind. */
export const GITMOJI: ReadonlyMap<string, ChangeKind> = new Map<string, ChangeKind>([
  ...pairs('feature', '✨ 🎉 🚸 💄 ♿ 📈 🥅 :sparkles: :tada: :children_crossing: :lipstick:'),
  ...pairs('feature', ':wheelchair: :chart_with_upwards_trend: :goal_net:'),
  ...pairs('fix', '🐛 🚑 🩹 ✏ :bug: :ambulance: :adhesive_bandage: :pencil2:'),
  ...pairs('security', '🔒 🛂 :lock: :passport_control:'),
  ...pairs('performance', '⚡ :zap:'),
  ...pairs('deprecation', '🗑 :wastebasket:'),
  ...pairs('removal', '🔥 ⚰ :fire: :coffin:'),
  ...pairs('refactoring', '♻ 🎨 🚚 🏷 :recycle: :art: :truck: :label:'),
  ...pairs('documentation', '📝 💡 📄 :memo: :bulb: :page_facing_up:'),
  ...pairs('translation', '🌐 :globe_with_meridians:'),
  ...pairs('test', '✅ 🧪 📸 🤡 :white_check_mark: :test_tube: :camera_flash: :clown_face:'),
  ...pairs('ci', '👷 💚 :construction_worker: :green_heart:'),
  ...pairs('build', '📦 🏗 🧱 :package: :building_construction: :bricks:'),
  ...pairs('chore', '🔧 🙈 🚨 🔖 🔨 :wrench: :see_no_evil: :rotating_light: :bookmark: :hammer:'),
  ...pairs('dependencies', '⬆ ⬇ 📌 ➕ ➖ :arrow_up: :arrow_down: :pushpin:'),
  ...pairs('dependencies', ':heavy_plus_sign: :heavy_minus_sign:'),
  ...pairs('revert', '⏪ :rewind:'),
]);

function pairs(kind: ChangeKind, signs: string): [string, ChangeKind][] {
  return signs.split(' ').map((sign) => [sign, kind]);
}
