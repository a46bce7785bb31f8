import { describeSparkRuns } from '../contract/describe-spark-runs.ts';
import { startTestSpark } from '../support/spark.ts';

describeSparkRuns('Spark', startTestSpark);
