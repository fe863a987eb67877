import { Module } from '@nestjs/common';
import { ProvidersModule } from '../providers/providers.module.js';
import { ActionsController } from './actions.controller.js';
import { ActivityService } from './activity.service.js';
import { ReposController } from './repos.controller.js';
import { RepositoryCache } from './repository.cache.js';
import { RepositoryService } from './repository.service.js';

@Module({
  imports: [ProvidersModule],
  controllers: [ReposController, ActionsController],
  providers: [RepositoryCache, RepositoryService, ActivityService],
  exports: [ActivityService, RepositoryService],
})
export class RecapModule {}
