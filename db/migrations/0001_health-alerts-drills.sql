CREATE TABLE "alerts" (
	"id" serial PRIMARY KEY NOT NULL,
	"key" text NOT NULL,
	"severity" text NOT NULL,
	"category" text NOT NULL,
	"subject" text NOT NULL,
	"deployment" text,
	"title" text NOT NULL,
	"detail" text NOT NULL,
	"handled" boolean NOT NULL,
	"state" text DEFAULT 'open' NOT NULL,
	"count" integer DEFAULT 1 NOT NULL,
	"raised_at" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"flapping" boolean DEFAULT false NOT NULL,
	"opened_at" timestamp with time zone DEFAULT now() NOT NULL,
	"last_at" timestamp with time zone DEFAULT now() NOT NULL,
	"resolved_at" timestamp with time zone,
	"acknowledged_by" text,
	"acknowledged_at" timestamp with time zone,
	"muted_until" timestamp with time zone,
	"drill_id" integer
);
--> statement-breakpoint
CREATE TABLE "channels" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"enabled" boolean DEFAULT true NOT NULL,
	"config" jsonb NOT NULL,
	"minimum_severity" text NOT NULL,
	"deployments" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"drills" boolean DEFAULT true NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	CONSTRAINT "channels_name_unique" UNIQUE("name")
);
--> statement-breakpoint
CREATE TABLE "deliveries" (
	"id" serial PRIMARY KEY NOT NULL,
	"channel_id" uuid NOT NULL,
	"alert_id" integer,
	"news" text NOT NULL,
	"title" text NOT NULL,
	"state" text DEFAULT 'waiting' NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"receipt" text,
	"next_at" timestamp with time zone DEFAULT now(),
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"delivered_at" timestamp with time zone,
	"drill_id" integer
);
--> statement-breakpoint
CREATE TABLE "drill_samples" (
	"drill_id" integer NOT NULL,
	"probe" text NOT NULL,
	"second" timestamp with time zone NOT NULL,
	"answers" jsonb NOT NULL,
	CONSTRAINT "drill_samples_drill_id_probe_second_pk" PRIMARY KEY("drill_id","probe","second")
);
--> statement-breakpoint
CREATE TABLE "drills" (
	"id" serial PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"cluster_uuid" uuid NOT NULL,
	"cluster_name" text NOT NULL,
	"deployment" text NOT NULL,
	"victim" jsonb NOT NULL,
	"probes" jsonb NOT NULL,
	"objectives" jsonb NOT NULL,
	"preview" jsonb NOT NULL,
	"state" text DEFAULT 'queued' NOT NULL,
	"verdict" text,
	"summary" text DEFAULT '' NOT NULL,
	"user_name" text NOT NULL,
	"reason" text DEFAULT '' NOT NULL,
	"task_id" integer,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"injected_at" timestamp with time zone,
	"stop_requested_at" timestamp with time zone,
	"undo_at" timestamp with time zone,
	"undone" boolean DEFAULT false NOT NULL,
	"ended_at" timestamp with time zone,
	"injected" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"times" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"figures" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"report" jsonb
);
--> statement-breakpoint
CREATE TABLE "az_states" (
	"name" text PRIMARY KEY NOT NULL,
	"state" text NOT NULL,
	"reason" text DEFAULT '' NOT NULL,
	"since" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "marks" (
	"id" serial PRIMARY KEY NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	"lane" text NOT NULL,
	"phase" text NOT NULL,
	"deployment" text,
	"subject" text NOT NULL,
	"title" text NOT NULL,
	"drill_id" integer,
	"data" jsonb DEFAULT '{}'::jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "recoveries" (
	"id" serial PRIMARY KEY NOT NULL,
	"layer" text NOT NULL,
	"deployment" text,
	"subject" text NOT NULL,
	"title" text NOT NULL,
	"cause" text NOT NULL,
	"began_at" timestamp with time zone NOT NULL,
	"detected_at" timestamp with time zone,
	"acted_at" timestamp with time zone,
	"recovered_at" timestamp with time zone,
	"task_id" integer,
	"drill_id" integer
);
--> statement-breakpoint
CREATE TABLE "vitals_points" (
	"instance_id" uuid NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"cpu_percent" real NOT NULL,
	"memory_percent" real NOT NULL,
	CONSTRAINT "vitals_points_instance_id_at_pk" PRIMARY KEY("instance_id","at")
);
--> statement-breakpoint
CREATE TABLE "workloads" (
	"deployment" text PRIMARY KEY NOT NULL,
	"heard_at" timestamp with time zone,
	"problem" text,
	"seen" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "samples" (
	"cluster_uuid" uuid NOT NULL,
	"sample" text NOT NULL,
	"state" text NOT NULL,
	"task_id" integer,
	"node_port" integer,
	"detail" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	CONSTRAINT "samples_cluster_uuid_sample_pk" PRIMARY KEY("cluster_uuid","sample")
);
--> statement-breakpoint
ALTER TABLE "instances" ADD COLUMN "vm_health" text DEFAULT 'unknown' NOT NULL;--> statement-breakpoint
ALTER TABLE "instances" ADD COLUMN "vm_health_since" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "instances" ADD COLUMN "vm_health_reason" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "instances" ADD COLUMN "vm_created_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "instances" ADD COLUMN "home_az" text;--> statement-breakpoint
ALTER TABLE "deliveries" ADD CONSTRAINT "deliveries_channel_id_channels_id_fk" FOREIGN KEY ("channel_id") REFERENCES "public"."channels"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deliveries" ADD CONSTRAINT "deliveries_alert_id_alerts_id_fk" FOREIGN KEY ("alert_id") REFERENCES "public"."alerts"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "drill_samples" ADD CONSTRAINT "drill_samples_drill_id_drills_id_fk" FOREIGN KEY ("drill_id") REFERENCES "public"."drills"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "alerts_open" ON "alerts" USING btree ("key") WHERE state = 'open';--> statement-breakpoint
CREATE INDEX "alerts_last" ON "alerts" USING btree ("last_at");--> statement-breakpoint
CREATE INDEX "deliveries_due" ON "deliveries" USING btree ("state","next_at");--> statement-breakpoint
CREATE INDEX "deliveries_alert" ON "deliveries" USING btree ("alert_id");--> statement-breakpoint
CREATE INDEX "drills_state" ON "drills" USING btree ("state");--> statement-breakpoint
CREATE INDEX "drills_cluster" ON "drills" USING btree ("cluster_uuid");--> statement-breakpoint
CREATE INDEX "marks_deployment" ON "marks" USING btree ("deployment","at");--> statement-breakpoint
CREATE INDEX "marks_drill" ON "marks" USING btree ("drill_id");--> statement-breakpoint
CREATE INDEX "marks_at" ON "marks" USING btree ("at");--> statement-breakpoint
CREATE INDEX "recoveries_layer" ON "recoveries" USING btree ("layer","began_at");--> statement-breakpoint
CREATE INDEX "recoveries_subject" ON "recoveries" USING btree ("subject");--> statement-breakpoint
CREATE INDEX "vitals_points_at" ON "vitals_points" USING btree ("at");