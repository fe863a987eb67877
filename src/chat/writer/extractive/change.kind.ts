/** What sort of change a title speaks of; `other` where it does not tell. */
export const CHANGE_KINDS = [
  'release',
  'feature',
  'fix',
  'security',
  'performance',
  'removal',
  'revert',
  'refactoring',
  'other',
  'documentation',
  'test',
  'issue',
  'review',
  'build',
  'ci',
  'chore',
  'dependencies',
] as const;
export type ChangeKind = (typeof CHANGE_KINDS)[number];

const words = (table: Partial<Record<ChangeKind, string>>): ReadonlyMap<string, ChangeKind> =>
  new Map(
    Object.entries(table).flatMap(([kind, list]) =>
      list.split(' ').map((word): [string, ChangeKind] => [word, kind as ChangeKind]),
    ),
  );

/** The types of Conventional Commits (https://www.conventionalcommits.org) and their usual spellings. */
export const TYPES = words({
  feature: 'feat feature features',
  fix: 'fix fixes bugfix hotfix bug',
  security: 'security sec',
  performance: 'perf performance',
  removal: 'remove removal',
  refactoring: 'refactor refactoring cleanup style',
  documentation: 'docs doc documentation',
  test: 'test tests',
  build: 'build',
  ci: 'ci',
  chore: 'chore chores misc',
  dependencies: 'deps dep',
  revert: 'revert',
});

/** The first words of titles written freely, in the languages met most. */
export const VERBS = words({
  feature:
    'add adds added adding implement implements implemented introduce introduces introduced support supports allow allows enable enables create creates created provide expose ' +
    'ajoute ajout ajouter implémente añade añadir agrega agregar adiciona adicionar füge hinzugefügt ergänze добавить добавлен добавлена',
  fix:
    'fix fixes fixed fixing repair resolve resolves resolved correct corrects corrected prevent prevents avoid avoids handle handles ' +
    'corrige corriger correction arregla arreglar corregir corrigir behebe behebt korrigiere исправить исправлен исправлено',
  performance: 'optimize optimizes optimized optimise speed accelerate optimiere optimise optimiza',
  removal:
    'remove removes removed removing delete deletes deleted drop drops dropped supprime supprimer elimina eliminar entferne entfernt удалить удалён удалена',
  refactoring:
    'refactor refactors refactored rename renames renamed move moves moved clean cleanup simplify simplifies extract split rewrite restructure reorganize inline tidy factor',
  documentation: 'document documents documented readme documente dokumentiere',
  test: 'test tests testing',
});

/** https://gitmoji.dev, the ones that tell a kind. */
export const GITMOJI: ReadonlyMap<string, ChangeKind> = new Map<string, ChangeKind>([
  ...pairs('feature', '✨ 🎉 🚸 💄 :sparkles: :tada: :lipstick:'),
  ...pairs('fix', '🐛 🚑 🩹 ✏ :bug: :ambulance: :adhesive_bandage: :pencil2:'),
  ...pairs('security', '🔒 :lock:'),
  ...pairs('performance', '⚡ :zap:'),
  ...pairs('removal', '🔥 ⚰ :fire: :coffin:'),
  ...pairs('refactoring', '♻ 🎨 🚚 :recycle: :art: :truck:'),
  ...pairs('documentation', '📝 💡 :memo: :bulb:'),
  ...pairs('test', '✅ 🧪 :white_check_mark: :test_tube:'),
  ...pairs('ci', '👷 💚 :construction_worker: :green_heart:'),
  ...pairs('build', '📦 🏗 :package:'),
  ...pairs('chore', '🔧 🙈 🚨 🔖 :wrench: :see_no_evil: :rotating_light: :bookmark:'),
  ...pairs('dependencies', '⬆ ⬇ 📌 :arrow_up: :arrow_down: :pushpin:'),
  ...pairs('revert', '⏪ :rewind:'),
]);

function pairs(kind: ChangeKind, signs: string): [string, ChangeKind][] {
  return signs.split(' ').map((sign) => [sign, kind]);
}
