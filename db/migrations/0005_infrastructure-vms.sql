CREATE TABLE "infrastructure_vms" (
	"cid" text PRIMARY KEY NOT NULL,
	"instance_id" text,
	"deployment" text,
	"group_name" text,
	"index" integer,
	"az" text,
	"address" text,
	"power" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"changed_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE INDEX "infrastructure_vms_instance" ON "infrastructure_vms" USING btree ("instance_id");