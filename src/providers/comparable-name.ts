/** The same for names that look the same: é is one character or two, and few people write capitals alike. */
export const comparable = (name: string): string => name.normalize('NFC').toLowerCase();
