import { describeSparkSource } from '../../contract/describe-spark-source.ts';
import { startTestSpark } from '../../support/spark.ts';

describeSparkSource('Spark', startTestSpark);
