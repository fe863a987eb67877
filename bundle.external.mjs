/** What is not bundled (bundle.mjs; for the specs test/support/libraries.mjs), and imported as it is. */
export const EXTERNAL = [
  // Loaded by a name that is put together, or served as files.
  'ws',
  'swagger-ui-dist',
  // Parts of Nest that are optional, and not used here.
  '@fastify/multipart',
  '@fastify/view',
  /^@nestjs\/microservices/,
  '@nestjs/platform-express',
  '@nestjs/platform-socket.io',
  'class-transformer/storage',
];
