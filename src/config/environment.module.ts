import { type DynamicModule, Module } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { Environment } from './environment.js';
import { readEnvironment, type Variables } from './read-environment.js';

interface EnvironmentDynamicModule extends DynamicModule {
  /** What was read, for those who need it before there is an injector. */
  readonly environment: Environment;
}

/** Makes the validated {@link Environment} injectable everywhere. */
@Module({})
export class EnvironmentModule {
  /** @param variables Instead of the process's own and those of the `.env` file. */
  static async forRoot(variables?: Variables): Promise<EnvironmentDynamicModule> {
    let environment = new Environment();
    const loader = await ConfigModule.forRoot({
      ignoreEnvFile: variables !== undefined,
      validate: (loaded) => {
        environment = readEnvironment(variables ?? loaded);
        return {};
      },
    });
    return {
      module: EnvironmentModule,
      global: true,
      imports: [loader],
      providers: [{ provide: Environment, useValue: environment }],
      exports: [Environment],
      environment,
    };
  }
}
