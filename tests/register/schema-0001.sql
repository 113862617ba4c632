PRAGMA application_id = 1380270921;
BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num TEXT NOT NULL, 
	CONSTRAINT pk_alembic_version PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0001');
CREATE TABLE audit_log (
	number INTEGER NOT NULL, 
	run INTEGER NOT NULL, 
	at TEXT NOT NULL, 
	action TEXT NOT NULL, 
	detail TEXT NOT NULL, 
	previous TEXT NOT NULL, 
	hash TEXT NOT NULL, 
	CONSTRAINT pk_audit_log PRIMARY KEY (number)
);
INSERT INTO "audit_log" VALUES(1,1,'2025-07-01T08:02:00+00:00','merge','{"run":"ce39a3a849a1c7564520fb81b54d14ce","undone":[],"wrote":{"contents":"38aa6848f4d1dffc708ab9cd2652ae6eb88a2fcb8539684233d5921fa389a1de","deliveries":"0476b867f7fce248916c1e773d7c0a98779d4c6197055479f6f8d4d3210e827c","files":"e9f8a9734ce84c0d658c9b953f15a191b73c47e7a906b93b6c957d2ff6c90bd0","occurrences":"dc8b80def44715698fc863a0079ebf0e08c81091c14ba576969f01650dc74a7a","raw_rows":"ee96ac460d3a041f332b368b9671cba2ee9c1a19c0afd3bea5a51552e8ff03d3"}}','0000000000000000000000000000000000000000000000000000000000000000','4515e6918cd95470a779c5e59c34c107746ef0806f51e17a114058bdaae2b380');
INSERT INTO "audit_log" VALUES(2,2,'2025-07-01T08:04:00+00:00','review','{"run":"419dfa6eaef6359e3521a25947f7c935","undone":[],"wrote":{"judgements":"45b56fc6cc5380446c75978fb64ebd1a9c89fdb0dec0f098ef2746f4c726d85f"}}','4515e6918cd95470a779c5e59c34c107746ef0806f51e17a114058bdaae2b380','dc453ad45d6cf1f8e015ad6c955b4058ce34b7d17fc3c9725c002d1e86b3c49e');
INSERT INTO "audit_log" VALUES(3,3,'2025-07-01T08:06:00+00:00','merge','{"run":"ce39a3a849a1c7564520fb81b54d14ce","undone":[],"wrote":{"contents":"41d05a45b79da517c1dfadae3239ed979c8808b89085216510f67c3088b5cf61","deliveries":"4be0bdccedbfae69de4e5fcac3bfee6183c4b583847a9c99f566b20eeb9cfaf1","files":"45d6f7d5cb08bda743c8298d68c490aa1653e1446a6954702778301d840efd20","occurrences":"5e0a385292326e92737b44c7a657301407fb591182ce919075df08e06bd388ca","raw_rows":"51d3a08a1a8040b27a4147c8c12df2bd41ad536255a333fe06a8bc7e5354a0f2"}}','dc453ad45d6cf1f8e015ad6c955b4058ce34b7d17fc3c9725c002d1e86b3c49e','f3b7ec0f964b1740bd7dc89447bbb8169b41a4f98d62865088f15107e2fbfe22');
CREATE TABLE conflicts (
	line INTEGER NOT NULL, 
	"conflict" TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	severity TEXT NOT NULL, 
	entries TEXT NOT NULL, 
	mentions TEXT NOT NULL, 
	field TEXT NOT NULL, 
	"values" TEXT NOT NULL, 
	sentence TEXT NOT NULL, 
	params TEXT NOT NULL, 
	proposal TEXT NOT NULL, 
	legal TEXT NOT NULL, 
	probability FLOAT, 
	gain FLOAT, 
	evidence TEXT NOT NULL, 
	state TEXT NOT NULL, 
	positions TEXT NOT NULL, 
	from_run INTEGER NOT NULL, 
	to_run INTEGER, 
	CONSTRAINT pk_conflicts PRIMARY KEY (line)
);
CREATE TABLE content_roles (
	line INTEGER NOT NULL, 
	content INTEGER NOT NULL, 
	roles TEXT NOT NULL, 
	from_run INTEGER NOT NULL, 
	to_run INTEGER, 
	CONSTRAINT pk_content_roles PRIMARY KEY (line)
);
INSERT INTO "content_roles" VALUES(1,1,'child father mother',1,NULL);
INSERT INTO "content_roles" VALUES(2,2,'child mother',1,NULL);
INSERT INTO "content_roles" VALUES(3,3,'child father mother',3,NULL);
INSERT INTO "content_roles" VALUES(4,4,'child',3,NULL);
CREATE TABLE contents (
	content INTEGER NOT NULL, 
	content_hash TEXT NOT NULL, 
	commune TEXT NOT NULL, 
	register_type TEXT NOT NULL, 
	fields TEXT NOT NULL, 
	run INTEGER NOT NULL, 
	CONSTRAINT pk_contents PRIMARY KEY (content), 
	CONSTRAINT uq_contents_content_hash_commune UNIQUE (content_hash, commune)
);
INSERT INTO "contents" VALUES(1,'2559d6097fe951f421c1f180b93fc1b1','hiep_duc','KS','{"child.name": "An", "entry.number": "1", "father.name": "Ba", "mother.name": "Lan"}',1);
INSERT INTO "contents" VALUES(2,'558f81704eb1b37053049eba8a24ffda','hiep_duc','KS','{"child.name": "Chi", "entry.number": "2", "mother.name": "Lan"}',1);
INSERT INTO "contents" VALUES(3,'eca1c41865e46317f835ff5aaecfad57','hiep_duc','KS','{"child.name": "Chi", "entry.number": "2", "father.name": "Ba", "mother.name": "Lan"}',3);
INSERT INTO "contents" VALUES(4,'bd7fa3f49ba0d04faa5a0e04b132d97e','hiep_duc','KS','{"child.name": "Dung", "entry.number": "3"}',3);
CREATE TABLE deliveries (
	line INTEGER NOT NULL, 
	delivery INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	commune TEXT NOT NULL, 
	date TEXT NOT NULL, 
	sequence INTEGER, 
	kind TEXT NOT NULL, 
	date_source TEXT NOT NULL, 
	from_run INTEGER NOT NULL, 
	to_run INTEGER, 
	CONSTRAINT pk_deliveries PRIMARY KEY (line)
);
INSERT INTO "deliveries" VALUES(1,1,'2025-07-01','hiep_duc','2025-07-01',1,'full','folder',1,NULL);
INSERT INTO "deliveries" VALUES(2,2,'2025-08-01','hiep_duc','2025-08-01',1,'full','folder',3,NULL);
CREATE TABLE entries (
	line INTEGER NOT NULL, 
	entry INTEGER NOT NULL, 
	content_hash TEXT NOT NULL, 
	commune TEXT NOT NULL, 
	register_type TEXT NOT NULL, 
	own_key TEXT NOT NULL, 
	body TEXT NOT NULL, 
	year INTEGER, 
	number INTEGER, 
	number_suffix TEXT NOT NULL, 
	book TEXT NOT NULL, 
	book_year INTEGER, 
	page TEXT NOT NULL, 
	registered_from INTEGER, 
	registered_to INTEGER, 
	registered_precision TEXT NOT NULL, 
	registration_kind TEXT NOT NULL, 
	event_from INTEGER, 
	event_to INTEGER, 
	event_precision TEXT NOT NULL, 
	recognition_kind TEXT NOT NULL, 
	marriage_status TEXT NOT NULL, 
	note_flags TEXT NOT NULL, 
	entry_key TEXT NOT NULL, 
	gone BOOLEAN NOT NULL, 
	from_run INTEGER NOT NULL, 
	to_run INTEGER, 
	CONSTRAINT pk_entries PRIMARY KEY (line)
);
INSERT INTO "entries" VALUES(1,1,'2559d6097fe951f421c1f180b93fc1b1','hiep_duc','KS','','28501@1976',2007,1,'','',NULL,'',NULL,NULL,'','',NULL,NULL,'','','','','hiep_duc/KS/2007/1~00000000',0,1,NULL);
INSERT INTO "entries" VALUES(2,2,'558f81704eb1b37053049eba8a24ffda','hiep_duc','KS','','28501@1976',2007,2,'','',NULL,'',NULL,NULL,'','',NULL,NULL,'','','','','hiep_duc/KS/2007/2~00000000',0,1,3);
INSERT INTO "entries" VALUES(3,2,'eca1c41865e46317f835ff5aaecfad57','hiep_duc','KS','','28501@1976',2007,2,'','',NULL,'',NULL,NULL,'','',NULL,NULL,'','','','','hiep_duc/KS/2007/2~00000000',0,3,NULL);
INSERT INTO "entries" VALUES(4,3,'bd7fa3f49ba0d04faa5a0e04b132d97e','hiep_duc','KS','','28501@1976',2007,3,'','',NULL,'',NULL,NULL,'','',NULL,NULL,'','','','','hiep_duc/KS/2007/3~00000000',0,3,NULL);
CREATE TABLE entry_occurrences (
	line INTEGER NOT NULL, 
	occurrence INTEGER NOT NULL, 
	entry INTEGER NOT NULL, 
	version INTEGER NOT NULL, 
	outcome TEXT NOT NULL, 
	current BOOLEAN NOT NULL, 
	from_run INTEGER NOT NULL, 
	to_run INTEGER, 
	CONSTRAINT pk_entry_occurrences PRIMARY KEY (line)
);
INSERT INTO "entry_occurrences" VALUES(1,1,1,1,'new',1,1,NULL);
INSERT INTO "entry_occurrences" VALUES(2,2,2,1,'new',1,1,3);
INSERT INTO "entry_occurrences" VALUES(3,2,2,1,'new',0,3,NULL);
INSERT INTO "entry_occurrences" VALUES(4,5,1,1,'unchanged',1,3,NULL);
INSERT INTO "entry_occurrences" VALUES(5,6,2,2,'changed',1,3,NULL);
INSERT INTO "entry_occurrences" VALUES(6,7,3,1,'new',1,3,NULL);
CREATE TABLE entry_versions (
	line INTEGER NOT NULL, 
	entry INTEGER NOT NULL, 
	version INTEGER NOT NULL, 
	content INTEGER NOT NULL, 
	current BOOLEAN NOT NULL, 
	from_run INTEGER NOT NULL, 
	to_run INTEGER, 
	CONSTRAINT pk_entry_versions PRIMARY KEY (line)
);
INSERT INTO "entry_versions" VALUES(1,1,1,1,1,1,NULL);
INSERT INTO "entry_versions" VALUES(2,2,1,2,1,1,3);
INSERT INTO "entry_versions" VALUES(3,2,1,2,0,3,NULL);
INSERT INTO "entry_versions" VALUES(4,2,2,3,1,3,NULL);
INSERT INTO "entry_versions" VALUES(5,3,1,4,1,3,NULL);
CREATE TABLE event_entries (
	line INTEGER NOT NULL, 
	entry INTEGER NOT NULL, 
	event INTEGER NOT NULL, 
	from_run INTEGER NOT NULL, 
	to_run INTEGER, 
	CONSTRAINT pk_event_entries PRIMARY KEY (line)
);
INSERT INTO "event_entries" VALUES(1,1,1,1,NULL);
INSERT INTO "event_entries" VALUES(2,2,2,1,NULL);
INSERT INTO "event_entries" VALUES(3,3,3,3,NULL);
CREATE TABLE files (
	line INTEGER NOT NULL, 
	file INTEGER NOT NULL, 
	delivery INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	family TEXT NOT NULL, 
	"table" TEXT NOT NULL, 
	register_types TEXT NOT NULL, 
	sha256 TEXT NOT NULL, 
	bytes BIGINT, 
	status TEXT NOT NULL, 
	evidence TEXT NOT NULL, 
	from_run INTEGER NOT NULL, 
	to_run INTEGER, 
	CONSTRAINT pk_files PRIMARY KEY (line)
);
INSERT INTO "files" VALUES(1,1,1,'KS.2007.01.xlsx','xlsx','book','KS','2bf755665c4b2e9e3426a1effb0928152e0e3aaea2528e42de23876496a94e57',100,'read','{}',1,NULL);
INSERT INTO "files" VALUES(2,2,2,'KS.2007.01.xlsx','xlsx','book','KS','71a8930fda12e452bc58e306cd8fffdd25e9e50a217f74914645edc3a58941a3',100,'read','{}',3,NULL);
CREATE TABLE findings (
	line INTEGER NOT NULL, 
	code TEXT NOT NULL, 
	severity TEXT NOT NULL, 
	delivery TEXT NOT NULL, 
	commune TEXT NOT NULL, 
	file TEXT NOT NULL, 
	sheet TEXT NOT NULL, 
	"row" INTEGER, 
	register_type TEXT NOT NULL, 
	field TEXT NOT NULL, 
	"column" TEXT NOT NULL, 
	content_hash TEXT NOT NULL, 
	params TEXT NOT NULL, 
	from_run INTEGER NOT NULL, 
	to_run INTEGER, 
	CONSTRAINT pk_findings PRIMARY KEY (line)
);
CREATE TABLE golden_values (
	line INTEGER NOT NULL, 
	person INTEGER NOT NULL, 
	field TEXT NOT NULL, 
	value TEXT NOT NULL, 
	mention INTEGER, 
	rule TEXT NOT NULL, 
	agreeing INTEGER, 
	disagreeing INTEGER, 
	from_run INTEGER NOT NULL, 
	to_run INTEGER, 
	CONSTRAINT pk_golden_values PRIMARY KEY (line)
);
INSERT INTO "golden_values" VALUES(1,1,'name','An',1,'most_frequent',1,0,1,NULL);
INSERT INTO "golden_values" VALUES(2,2,'name','Ba',2,'most_frequent',1,0,1,NULL);
INSERT INTO "golden_values" VALUES(3,3,'name','Lan',3,'most_frequent',1,0,1,NULL);
INSERT INTO "golden_values" VALUES(4,4,'name','Chi',4,'most_frequent',1,0,1,NULL);
INSERT INTO "golden_values" VALUES(5,5,'name','Dung',7,'most_frequent',1,0,3,NULL);
CREATE TABLE id_sequence (
	kind TEXT NOT NULL, 
	issued INTEGER NOT NULL, 
	CONSTRAINT pk_id_sequence PRIMARY KEY (kind)
);
INSERT INTO "id_sequence" VALUES('E',3);
INSERT INTO "id_sequence" VALUES('P',5);
INSERT INTO "id_sequence" VALUES('V',3);
INSERT INTO "id_sequence" VALUES('J',1);
CREATE TABLE identities (
	line INTEGER NOT NULL, 
	kind TEXT NOT NULL, 
	number INTEGER NOT NULL, 
	anchor TEXT NOT NULL, 
	state TEXT NOT NULL, 
	target INTEGER, 
	from_run INTEGER NOT NULL, 
	to_run INTEGER, 
	CONSTRAINT pk_identities PRIMARY KEY (line)
);
INSERT INTO "identities" VALUES(1,'E',1,'1','active',NULL,1,NULL);
INSERT INTO "identities" VALUES(2,'E',2,'2','active',NULL,1,NULL);
INSERT INTO "identities" VALUES(3,'P',1,'1','active',NULL,1,NULL);
INSERT INTO "identities" VALUES(4,'P',2,'2','active',NULL,1,NULL);
INSERT INTO "identities" VALUES(5,'P',3,'3','active',NULL,1,NULL);
INSERT INTO "identities" VALUES(6,'P',4,'4','active',NULL,1,NULL);
INSERT INTO "identities" VALUES(7,'V',1,'1','active',NULL,1,NULL);
INSERT INTO "identities" VALUES(8,'V',2,'2','active',NULL,1,NULL);
INSERT INTO "identities" VALUES(9,'E',3,'7','active',NULL,3,NULL);
INSERT INTO "identities" VALUES(10,'P',5,'7','active',NULL,3,NULL);
INSERT INTO "identities" VALUES(11,'V',3,'3','active',NULL,3,NULL);
CREATE TABLE import_findings (
	line INTEGER NOT NULL, 
	code TEXT NOT NULL, 
	severity TEXT NOT NULL, 
	delivery TEXT NOT NULL, 
	commune TEXT NOT NULL, 
	file TEXT NOT NULL, 
	sheet TEXT NOT NULL, 
	"row" INTEGER, 
	register_type TEXT NOT NULL, 
	field TEXT NOT NULL, 
	"column" TEXT NOT NULL, 
	content_hash TEXT NOT NULL, 
	params TEXT NOT NULL, 
	from_run INTEGER NOT NULL, 
	to_run INTEGER, 
	CONSTRAINT pk_import_findings PRIMARY KEY (line)
);
CREATE TABLE judgements (
	line INTEGER NOT NULL, 
	judgement INTEGER NOT NULL, 
	"conflict" TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	decision TEXT NOT NULL, 
	mentions TEXT NOT NULL, 
	entries TEXT NOT NULL, 
	members TEXT NOT NULL, 
	field TEXT NOT NULL, 
	value TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	officer TEXT NOT NULL, 
	decided TEXT NOT NULL, 
	book_checked TEXT NOT NULL, 
	seen TEXT NOT NULL, 
	source TEXT NOT NULL, 
	source_hash TEXT NOT NULL, 
	source_row INTEGER NOT NULL, 
	from_run INTEGER NOT NULL, 
	to_run INTEGER, 
	CONSTRAINT pk_judgements PRIMARY KEY (line)
);
INSERT INTO "judgements" VALUES(1,1,'C-1','same_person','different','[{"body": "28501@1976", "commune": "hiep_duc", "content_hash": "2559d6097fe951f421c1f180b93fc1b1", "entry_key": "hiep_duc/KS/2007/1~00000000", "number": 1, "number_suffix": "", "own_key": "", "register_type": "KS", "role": "mother", "year": 2007}, {"body": "28501@1976", "commune": "hiep_duc", "content_hash": "558f81704eb1b37053049eba8a24ffda", "entry_key": "hiep_duc/KS/2007/2~00000000", "number": 2, "number_suffix": "", "own_key": "", "register_type": "KS", "role": "mother", "year": 2007}]','[]','[["hiep_duc/KS/2007/1~00000000/mother", "hiep_duc/KS/2007/2~00000000/mother"], ["hiep_duc/KS/2007/1~00000000/mother", "hiep_duc/KS/2007/2~00000000/mother"]]','','','hai người','Trần Thị B','2025-07-10','','abc','conflicts-R0001.xlsx','',7,2,NULL);
CREATE TABLE link_evidence (
	line INTEGER NOT NULL, 
	"left" INTEGER NOT NULL, 
	"right" INTEGER NOT NULL, 
	comparison TEXT NOT NULL, 
	level TEXT NOT NULL, 
	weight FLOAT, 
	from_run INTEGER NOT NULL, 
	to_run INTEGER, 
	CONSTRAINT pk_link_evidence PRIMARY KEY (line)
);
CREATE TABLE links (
	line INTEGER NOT NULL, 
	"left" INTEGER NOT NULL, 
	"right" INTEGER NOT NULL, 
	rules BIGINT, 
	weight FLOAT, 
	probability FLOAT, 
	status TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	rule TEXT NOT NULL, 
	from_run INTEGER NOT NULL, 
	to_run INTEGER, 
	CONSTRAINT pk_links PRIMARY KEY (line)
);
INSERT INTO "links" VALUES(1,3,5,1,20.5,0.999,'link','','',1,NULL);
INSERT INTO "links" VALUES(2,2,6,1,20.5,0.999,'link','','',3,NULL);
CREATE TABLE memberships (
	line INTEGER NOT NULL, 
	mention INTEGER NOT NULL, 
	person INTEGER NOT NULL, 
	from_run INTEGER NOT NULL, 
	to_run INTEGER, 
	CONSTRAINT pk_memberships PRIMARY KEY (line)
);
INSERT INTO "memberships" VALUES(1,1,1,1,NULL);
INSERT INTO "memberships" VALUES(2,2,2,1,NULL);
INSERT INTO "memberships" VALUES(3,3,3,1,NULL);
INSERT INTO "memberships" VALUES(4,4,4,1,NULL);
INSERT INTO "memberships" VALUES(5,5,3,1,NULL);
INSERT INTO "memberships" VALUES(6,6,2,3,NULL);
INSERT INTO "memberships" VALUES(7,7,5,3,NULL);
CREATE TABLE mention_ids (
	mention INTEGER NOT NULL, 
	entry INTEGER NOT NULL, 
	role TEXT NOT NULL, 
	CONSTRAINT pk_mention_ids PRIMARY KEY (mention), 
	CONSTRAINT uq_mention_ids_entry_role UNIQUE (entry, role)
);
INSERT INTO "mention_ids" VALUES(1,1,'child');
INSERT INTO "mention_ids" VALUES(2,1,'father');
INSERT INTO "mention_ids" VALUES(3,1,'mother');
INSERT INTO "mention_ids" VALUES(4,2,'child');
INSERT INTO "mention_ids" VALUES(5,2,'mother');
INSERT INTO "mention_ids" VALUES(6,2,'father');
INSERT INTO "mention_ids" VALUES(7,3,'child');
CREATE TABLE mentions (
	line INTEGER NOT NULL, 
	mention INTEGER NOT NULL, 
	entry INTEGER NOT NULL, 
	role TEXT NOT NULL, 
	name TEXT NOT NULL, 
	name_key TEXT NOT NULL, 
	name_plain TEXT NOT NULL, 
	name_sound TEXT NOT NULL, 
	family TEXT NOT NULL, 
	middle TEXT NOT NULL, 
	given TEXT NOT NULL, 
	name_other TEXT NOT NULL, 
	sex TEXT NOT NULL, 
	birth_from INTEGER, 
	birth_to INTEGER, 
	birth_precision TEXT NOT NULL, 
	birth_flags TEXT NOT NULL, 
	death_from INTEGER, 
	death_to INTEGER, 
	death_precision TEXT NOT NULL, 
	birth_place TEXT NOT NULL, 
	home_place TEXT NOT NULL, 
	home_key TEXT NOT NULL, 
	residence_unit TEXT NOT NULL, 
	residence_hamlet TEXT NOT NULL, 
	residence_key TEXT NOT NULL, 
	ethnic_group TEXT NOT NULL, 
	nationality TEXT NOT NULL, 
	cmnd TEXT NOT NULL, 
	cccd TEXT NOT NULL, 
	other_paper TEXT NOT NULL, 
	relation TEXT NOT NULL, 
	principal BOOLEAN NOT NULL, 
	acts BOOLEAN NOT NULL, 
	"distinct" BOOLEAN NOT NULL, 
	passage TEXT NOT NULL, 
	mention_key TEXT NOT NULL, 
	from_run INTEGER NOT NULL, 
	to_run INTEGER, 
	CONSTRAINT pk_mentions PRIMARY KEY (line)
);
INSERT INTO "mentions" VALUES(1,1,1,'child','An','','an','','','','','','',NULL,NULL,'','',NULL,NULL,'','','','','','','','','','','','','',0,0,0,'','hiep_duc/KS/2007/1~00000000/child',1,NULL);
INSERT INTO "mentions" VALUES(2,2,1,'father','Ba','','ba','','','','','','',NULL,NULL,'','',NULL,NULL,'','','','','','','','','','','','','',0,0,0,'','hiep_duc/KS/2007/1~00000000/father',1,NULL);
INSERT INTO "mentions" VALUES(3,3,1,'mother','Lan','','lan','','','','','','',NULL,NULL,'','',NULL,NULL,'','','','','','','','','','','','','',0,0,0,'','hiep_duc/KS/2007/1~00000000/mother',1,NULL);
INSERT INTO "mentions" VALUES(4,4,2,'child','Chi','','chi','','','','','','',NULL,NULL,'','',NULL,NULL,'','','','','','','','','','','','','',0,0,0,'','hiep_duc/KS/2007/2~00000000/child',1,3);
INSERT INTO "mentions" VALUES(5,5,2,'mother','Lan','','lan','','','','','','',NULL,NULL,'','',NULL,NULL,'','','','','','','','','','','','','',0,0,0,'','hiep_duc/KS/2007/2~00000000/mother',1,3);
INSERT INTO "mentions" VALUES(6,4,2,'child','Chi','','chi','','','','','','',NULL,NULL,'','',NULL,NULL,'','','','','','','','','','','','','',0,0,0,'','hiep_duc/KS/2007/2~00000000/child',3,NULL);
INSERT INTO "mentions" VALUES(7,6,2,'father','Ba','','ba','','','','','','',NULL,NULL,'','',NULL,NULL,'','','','','','','','','','','','','',0,0,0,'','hiep_duc/KS/2007/2~00000000/father',3,NULL);
INSERT INTO "mentions" VALUES(8,5,2,'mother','Lan','','lan','','','','','','',NULL,NULL,'','',NULL,NULL,'','','','','','','','','','','','','',0,0,0,'','hiep_duc/KS/2007/2~00000000/mother',3,NULL);
INSERT INTO "mentions" VALUES(9,7,3,'child','Dung','','dung','','','','','','',NULL,NULL,'','',NULL,NULL,'','','','','','','','','','','','','',0,0,0,'','hiep_duc/KS/2007/3~00000000/child',3,NULL);
CREATE TABLE meta (
	name TEXT NOT NULL, 
	value TEXT NOT NULL, 
	CONSTRAINT pk_meta PRIMARY KEY (name)
);
INSERT INTO "meta" VALUES('register','00c0ffee00c0ffee');
INSERT INTO "meta" VALUES('created','2025-07-01T08:00:00+00:00');
CREATE TABLE occurrences (
	line INTEGER NOT NULL, 
	occurrence INTEGER NOT NULL, 
	file INTEGER NOT NULL, 
	sheet TEXT NOT NULL, 
	"row" INTEGER NOT NULL, 
	raw_row INTEGER NOT NULL, 
	content INTEGER, 
	own_key TEXT NOT NULL, 
	register_type TEXT NOT NULL, 
	family TEXT NOT NULL, 
	outcome TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	from_run INTEGER NOT NULL, 
	to_run INTEGER, 
	CONSTRAINT pk_occurrences PRIMARY KEY (line), 
	CONSTRAINT fk_occurrences_raw_row FOREIGN KEY(raw_row) REFERENCES raw_rows (raw_row), 
	CONSTRAINT fk_occurrences_content FOREIGN KEY(content) REFERENCES contents (content)
);
INSERT INTO "occurrences" VALUES(1,1,1,'KS',3,1,1,'','KS','xlsx','','',1,NULL);
INSERT INTO "occurrences" VALUES(2,2,1,'KS',4,2,2,'','KS','xlsx','','',1,NULL);
INSERT INTO "occurrences" VALUES(3,3,1,'KS',5,3,NULL,'','KS','xlsx','refused','no_name',1,NULL);
INSERT INTO "occurrences" VALUES(4,4,1,'KS',6,4,NULL,'','KS','xlsx','deleted','',1,NULL);
INSERT INTO "occurrences" VALUES(5,5,2,'KS',3,1,1,'','KS','xlsx','','',3,NULL);
INSERT INTO "occurrences" VALUES(6,6,2,'KS',4,5,3,'','KS','xlsx','','',3,NULL);
INSERT INTO "occurrences" VALUES(7,7,2,'KS',5,6,4,'','KS','xlsx','','',3,NULL);
CREATE TABLE raw_rows (
	raw_row INTEGER NOT NULL, 
	raw_hash TEXT NOT NULL, 
	cells TEXT NOT NULL, 
	run INTEGER NOT NULL, 
	CONSTRAINT pk_raw_rows PRIMARY KEY (raw_row), 
	CONSTRAINT uq_raw_rows_raw_hash UNIQUE (raw_hash)
);
INSERT INTO "raw_rows" VALUES(1,'6444685befa53577ff5a33519448ae1a','{"child.name": "An", "entry.number": "1", "father.name": "Ba", "mother.name": "Lan"}',1);
INSERT INTO "raw_rows" VALUES(2,'f61d6058b1840e50092893dc281fb110','{"child.name": "Chi", "entry.number": "2", "mother.name": "Lan"}',1);
INSERT INTO "raw_rows" VALUES(3,'0b76b6cdc94faeb7bb6f571c66f60abc','{"entry.number": "0"}',1);
INSERT INTO "raw_rows" VALUES(4,'c005fa5970a5f8c2bd414d336d1afd52','{"child.name": "Xóa", "entry.number": "9"}',1);
INSERT INTO "raw_rows" VALUES(5,'908907303128275672d49778f020e5ec','{"child.name": "Chi", "entry.number": "2", "father.name": "Ba", "mother.name": "Lan"}',3);
INSERT INTO "raw_rows" VALUES(6,'af787464698a3e4a0c550765638540fb','{"child.name": "Dung", "entry.number": "3"}',3);
CREATE TABLE runs (
	run INTEGER NOT NULL, 
	verb TEXT NOT NULL, 
	arguments TEXT NOT NULL, 
	manifest TEXT NOT NULL, 
	started TEXT NOT NULL, 
	finished TEXT NOT NULL, 
	undone_by INTEGER, 
	CONSTRAINT pk_runs PRIMARY KEY (run)
);
INSERT INTO "runs" VALUES(1,'merge','{"deliveries":1}','{}','2025-07-01T08:01:00+00:00','2025-07-01T08:02:00+00:00',NULL);
INSERT INTO "runs" VALUES(2,'review','{}','{}','2025-07-01T08:03:00+00:00','2025-07-01T08:04:00+00:00',NULL);
INSERT INTO "runs" VALUES(3,'merge','{"deliveries":1}','{}','2025-07-01T08:05:00+00:00','2025-07-01T08:06:00+00:00',NULL);
CREATE INDEX ix_raw_rows_run ON raw_rows (run);
CREATE INDEX ix_contents_run ON contents (run);
CREATE INDEX ix_identities_kind_number ON identities (kind, number);
CREATE INDEX ix_entry_occurrences_entry ON entry_occurrences (entry);
CREATE INDEX ix_entry_versions_entry ON entry_versions (entry);
CREATE INDEX ix_content_roles_content ON content_roles (content);
CREATE INDEX ix_entries_entry ON entries (entry);
CREATE INDEX ix_memberships_mention ON memberships (mention);
CREATE INDEX ix_memberships_person ON memberships (person);
CREATE INDEX ix_event_entries_event ON event_entries (event);
CREATE INDEX ix_event_entries_entry ON event_entries (entry);
CREATE INDEX ix_links_left ON links ("left");
CREATE INDEX ix_links_right ON links ("right");
CREATE INDEX ix_link_evidence_left ON link_evidence ("left");
CREATE INDEX ix_golden_values_person ON golden_values (person);
CREATE INDEX ix_conflicts_conflict ON conflicts ("conflict");
CREATE INDEX ix_judgements_judgement ON judgements (judgement);
CREATE INDEX ix_occurrences_from_run ON occurrences (from_run);
CREATE INDEX ix_occurrences_file ON occurrences (file);
CREATE INDEX ix_mentions_mention on mentions (mention);
COMMIT;
